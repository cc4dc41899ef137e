"""Budgets as a table, as JSON, and as charts of how they went down."""

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from alerts.budget.readings import Reading
from alerts.budget.status import BudgetState
from alerts.budget.texts import period_text, say
from alerts.budget.words import NOTHING, BudgetWords, count, share_left
from alerts.charts.model import Band, Chart, Language, Line, Tone, Unit

_COLUMNS = ("objective", "left", "events", "minutes", "runs_out")


def budget_table(readings: Sequence[Reading], zone: ZoneInfo, language: Language = Language.EN) -> Group:
    """A row for each SLO; below, what is excluded and why, and what could not be told."""
    table = Table(box=box.SIMPLE, header_style="bold", pad_edge=False)
    table.add_column("SLO", overflow="fold")
    for name in _COLUMNS:
        table.add_column(say(language, f"column_{name}"), justify="right", overflow="fold")
    for reading in readings:
        table.add_row(*_row(reading, zone, language))
    notes = [note for reading in readings for note in _notes(reading, zone, language)]
    return Group(table, Text(say(language, "caption"), style="dim"), *notes)


def _row(reading: Reading, zone: ZoneInfo, language: Language) -> Iterator[RenderableType]:
    slo, account = reading.slo, reading.account
    yield f"{slo.service}/{slo.name}"
    yield f"{100 * slo.objective:.10g}% {period_text(slo, language)}"
    if account is None:
        yield Text(say(language, "no_data"), style="bold red")
        yield from [NOTHING] * 3
        return
    words, status = BudgetWords(account, zone, language), account.status
    known = status.budget_remaining is not None
    left = status.budget_remaining
    told = say(language, "no_data") if left is None else share_left(left, language)
    yield Text(told, style="bold red" if not left or left < 0 else "")
    counted = known and slo.sli.counts_events and status.bad is not None and status.total is not None
    yield f"{count(status.bad or 0.0)} / {count(status.total or 0.0)}" if counted else NOTHING
    if account.bad_minutes is None:
        yield NOTHING
    else:
        allowed = count(account.allowed_bad_minutes)
        yield say(language, "minutes_of", bad=count(account.bad_minutes), allowed=allowed)
    yield words.runs_out_in() or (say(language, "spent") if _spent(reading) else NOTHING)


def _spent(reading: Reading) -> bool:
    remaining = None if reading.account is None else reading.account.status.budget_remaining
    return remaining is not None and remaining <= 0


def _notes(reading: Reading, zone: ZoneInfo, language: Language) -> Iterator[Text]:
    if reading.account is None:
        yield Text(f"{reading.slo.name}: {reading.failure}", style="yellow")
        return
    words = BudgetWords(reading.account, zone, language)
    if reading.account.status.state is BudgetState.NO_DATA:
        yield Text(f"{reading.slo.name}: {words.reason()}", style="yellow")
    if words.eased():
        yield Text(f"{reading.slo.name}: {words.runs_out()}")
    if said := words.excluded():
        yield Text(f"{reading.slo.name}: {said}")


def budget_json(readings: Sequence[Reading], at: float, *, with_burn_down: bool) -> dict[str, Any]:
    """All of it, times in Unix seconds. ``burn_down``: pairs of a time and the share that was left."""
    return {
        "at": at,
        "slos": [
            {
                "service": one.slo.service,
                "slo": one.slo.name,
                "objective": one.slo.objective,
                "period_seconds": one.slo.period_seconds,
                "failure": one.failure,
                "status": None if one.account is None else one.account.to_json(),
                **({"burn_down": [list(point) for point in one.burn_down]} if with_burn_down else {}),
            }
            for one in readings
        ],
    }


def burn_down_charts(
    readings: Sequence[Reading], zone: ZoneInfo, language: Language = Language.EN
) -> list[Chart]:
    """One for each SLO that has events."""
    return [
        _chart(f"budget-{number}", reading, zone, language)
        for number, reading in enumerate(readings)
        if reading.burn_down
    ]


def _chart(name: str, reading: Reading, zone: ZoneInfo, language: Language) -> Chart:
    times, left = zip(*reading.burn_down, strict=True)
    slo, account = reading.slo, reading.account
    spans = [] if account is None or account.excluded is None else account.excluded.occurrences
    bands = [
        Band(one.start, one.end, say(language, "band", name=one.exclusion.name), Tone.PLAIN) for one in spans
    ]
    objective, period = f"{100 * slo.objective:.10g}%", period_text(slo, language)
    promise = say(language, "promise", objective=objective, period=period)
    title = f"{slo.service}/{slo.name}: {share_left(left[-1], language, short=True)}, {promise}"
    line = Line(say(language, "column_left"), times, left)
    return Chart(name, title, Unit.RATIO, [line], times[0], times[-1], zone, bands=bands, language=language)
