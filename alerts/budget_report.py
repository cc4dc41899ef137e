"""Budgets as a table, as JSON, and as charts of how they went down."""

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from alerts.budget import BudgetState
from alerts.budget_readings import Reading
from alerts.budget_words import NOTHING, BudgetWords, count
from alerts.charts.model import Band, Chart, Line, Tone, Unit
from alerts.charts.quantities import format_percent
from collector.durations import format_duration

_CAPTION = (
    "left: of the period's budget, without what is excluded. bad minutes: of five-minute steps with more "
    "errors than the objective allows. runs out: if the errors of the last hour, or of the tier that burns, "
    "go on and traffic is as last week."
)


def budget_table(readings: Sequence[Reading], zone: ZoneInfo) -> Group:
    """A row for each SLO; below, what is excluded and why, and what could not be told."""
    table = Table(box=box.SIMPLE, header_style="bold", pad_edge=False)
    table.add_column("SLO", overflow="fold")
    for name in ("objective", "left", "bad / events", "bad minutes", "runs out"):
        table.add_column(name, justify="right", overflow="fold")
    for reading in readings:
        table.add_row(*_row(reading, zone))
    notes = [note for reading in readings for note in _notes(reading, zone)]
    return Group(table, Text(_CAPTION, style="dim"), *notes)


def _row(reading: Reading, zone: ZoneInfo) -> Iterator[RenderableType]:
    slo, account = reading.slo, reading.account
    yield f"{slo.service}/{slo.name}"
    yield f"{100 * slo.objective:.10g}% {_period(reading)}"
    if account is None:
        yield Text("no data", style="bold red")
        yield from [NOTHING] * 3
        return
    words, status = BudgetWords(account, zone), account.status
    known = status.budget_remaining is not None
    left = status.budget_remaining
    yield Text("no data" if left is None else _left(left), style="bold red" if not left or left < 0 else "")
    counted = known and slo.sli.counts_events and status.bad is not None and status.total is not None
    yield f"{count(status.bad or 0.0)} / {count(status.total or 0.0)}" if counted else NOTHING
    if account.bad_minutes is None:
        yield NOTHING
    else:
        yield f"{count(account.bad_minutes)} of {count(account.allowed_bad_minutes)}"
    yield words.runs_out_in() or ("spent" if _spent(reading) else NOTHING)


def _period(reading: Reading) -> str:
    calendar = reading.slo.calendar
    if calendar is None:
        return format_duration(reading.slo.period_seconds)
    unit = calendar.unit.name.lower()
    return f"a {unit}" if calendar.count == 1 else f"{calendar.count} {unit}s"


def _spent(reading: Reading) -> bool:
    remaining = None if reading.account is None else reading.account.status.budget_remaining
    return remaining is not None and remaining <= 0


def _notes(reading: Reading, zone: ZoneInfo) -> Iterator[Text]:
    if reading.account is None:
        yield Text(f"{reading.slo.name}: {reading.failure}", style="yellow")
        return
    status = reading.account.status
    if status.state is BudgetState.NO_DATA:
        yield Text(f"{reading.slo.name}: {status.reason}", style="yellow")
    if said := BudgetWords(reading.account, zone).excluded():
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


def burn_down_charts(readings: Sequence[Reading], zone: ZoneInfo) -> list[Chart]:
    """One for each SLO that has events."""
    return [
        _chart(f"budget-{number}", reading, zone)
        for number, reading in enumerate(readings)
        if reading.burn_down
    ]


def _chart(name: str, reading: Reading, zone: ZoneInfo) -> Chart:
    times, left = zip(*reading.burn_down, strict=True)
    slo, account = reading.slo, reading.account
    spans = [] if account is None or account.excluded is None else account.excluded.occurrences
    bands = [Band(one.start, one.end, f"excluded: {one.exclusion.name}", Tone.PLAIN) for one in spans]
    promise = f"{100 * slo.objective:.10g}% over {_period(reading)}"
    title = f"{slo.service}/{slo.name}: {_left(left[-1])}{' left' if left[-1] >= 0 else ''}, {promise}"
    return Chart(name, title, Unit.RATIO, [Line("left", times, left)], times[0], times[-1], zone, bands=bands)


def _left(remaining: float) -> str:
    said = format_percent(abs(remaining))
    return said if remaining >= 0 else f"overspent by {said}"
