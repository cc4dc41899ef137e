"""A backtest told as tables for people, as Markdown, and as JSON for scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group
from rich.table import Table as RichTable
from rich.text import Text

from alerts.backtest.calls import Span, is_true
from alerts.backtest.naming import short_names, told_names
from alerts.backtest.run import Firing, Ran
from alerts.backtest.score import Met, Score
from alerts.backtest.stretch import Stretch
from alerts.backtest.wording import DEFINITIONS, NOTHING, Moments, counted, median_and_worst, share, span
from collector.labels import Labels

Rows = tuple[tuple[str, ...], ...]
_NUMBERS = {
    "fired",
    "true",
    "false",
    "longest",
    "in all",
    "lasted",
    "time to page",
    "reset after end",
    "budget spent",
}


@dataclass(frozen=True)
class Backtest:
    """What is told. files: the names of what was run. notes: on all of them."""

    files: tuple[str, ...]
    ran: tuple[Ran, ...]
    score: Score
    zone: ZoneInfo
    notes: tuple[str, ...] = ()

    @cached_property
    def moments(self) -> Moments:
        stretches = [ran.stretch for ran in self.ran]
        first, last = min(one.start for one in stretches), max(one.end for one in stretches)
        return Moments(self.zone, first, last)

    @property
    def firings(self) -> list[Firing]:
        """Those that fired before the start of a history and still did then first."""
        return [firing for ran in self.ran for firing in (*ran.lasting, *ran.firings)]

    def is_true(self, firing: Firing) -> bool | None:
        """Whether it fired within an incident; None for what does not page, and what nobody knows."""
        return is_true(firing.span, self._stretch(firing)) if firing.is_page else None

    def is_lasting(self, firing: Firing) -> bool:
        """Whether it fired before the start already."""
        return firing.fired_at < self._stretch(firing).start

    def during(self, firing: Firing) -> Span:
        """From when until when it fired, of the history."""
        stretch = self._stretch(firing)
        return max(firing.fired_at, stretch.start), min(firing.span[1], stretch.end)

    def lasted(self, firing: Firing) -> float:
        """Seconds of the history."""
        first, last = self.during(firing)
        return last - first

    def _stretch(self, firing: Firing) -> Stretch:
        return self._stretches[firing.stretch]

    @cached_property
    def _stretches(self) -> dict[str, Stretch]:
        return {ran.stretch.name: ran.stretch for ran in self.ran}


@dataclass(frozen=True)
class _Table:
    title: str
    header: tuple[str, ...]
    rows: Rows
    note: str = ""


def backtest_text(backtest: Backtest, limit: int) -> Group:
    """For a terminal. limit: how many firings are listed; 0 lists all."""
    parts: list[Any] = [Text(line) for line in _head(backtest)]
    for table in _tables(backtest, limit):
        parts.append(_rich(table))
        parts += [Text(table.note, style="dim")] if table.note else []
    parts += [Text(f"{name}: {said}", style="dim") for name, said in DEFINITIONS.items()]
    return Group(*parts)


def backtest_markdown(backtest: Backtest, limit: int) -> str:
    """The same as Markdown."""
    parts = ["# Backtest", "\n".join(f"- {line}" for line in _head(backtest))]
    for table in _tables(backtest, limit):
        lines = [table.header, ["---"] * len(table.header), *table.rows]
        text = "\n".join(
            "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
        )
        parts += [f"## {table.title}", text, *([table.note] if table.note else [])]
    parts += ["## Definitions", "\n".join(f"- **{name}**: {said}." for name, said in DEFINITIONS.items())]
    return "\n\n".join(parts) + "\n"


def _head(backtest: Backtest) -> list[str]:
    ran, score = backtest.ran, backtest.score
    moments = backtest.moments
    where = f"{moments.full(moments.start)} to {moments.full(moments.end)}"
    if len(ran) > 1:
        where = f"{counted(len(ran), 'case')}, {span(score.seconds)} in all"
    lines = [f"{', '.join(backtest.files)}: {where} ({backtest.zone.key})"]
    lasting = [f for one in ran for f in one.lasting]
    if ended := [f.labels for f in lasting if f.reset_at is not None]:
        lines.append(f"fired before the start and still did then: {told_names(ended)}")
    if always := [f.labels for f in lasting if f.reset_at is None]:
        lines.append(f"fires all the time, from before the start to the end: {told_names(always)}")
    return lines + list(dict.fromkeys([*backtest.notes, *(note for one in ran for note in one.notes)]))


def _tables(backtest: Backtest, limit: int) -> list[_Table]:
    tables = [_metrics(backtest.score), _incidents(backtest), _by_alert(backtest), _firings(backtest, limit)]
    return [table for table in tables if table.rows]


def _metrics(score: Score) -> _Table:
    found, incidents = len(score.found), len(score.met)
    true, false = score.true_pages, score.false_pages
    rows = [
        ("recall", share(score.recall), f"{found} of {counted(incidents, 'incident')}"),
        ("precision", share(score.precision), f"{true} of {counted(true + false, 'page')}"),
        ("false pages", str(false), f"{_rate(score.false_per_month or 0.0)} in 30 days"),
        ("time to page", *_split(median_and_worst(score.detect_seconds))),
        ("reset after end", *_split(median_and_worst(score.reset_seconds))),
        ("budget spent", *_split(median_and_worst(score.most_spent, of_budget=True))),
    ]
    if not incidents:
        kept = [row for row in rows if row[0] == "false pages"]
        note = "No incident is known in this history (--incidents, --cases): recall and the rest say nothing."
        return _Table("Result", ("", "", ""), tuple(kept), note)
    return _Table("Result", ("", "", ""), tuple(rows))


def _rate(number: float) -> str:
    return f"{number:.2g}" if number < 10 else f"{number:,.0f}"


def _split(text: str) -> tuple[str, str]:
    median, _, worst = text.partition(", ")
    return median.removeprefix("median "), worst


def _incidents(backtest: Backtest) -> _Table:
    names = short_names(firing.labels for firing in backtest.firings)
    header = ("incident", "onset", "first page", "time to page", "reset after end", "budget spent", "by")
    return _Table(
        "Incidents", header, tuple(_incident(one, names, backtest.moments) for one in backtest.score.met)
    )


def _incident(met: Met, names: Mapping[Labels, str], moments: Moments) -> tuple[str, ...]:
    worst = max(met.spent, key=lambda name: met.spent[name], default="")
    return (
        met.incident.title,
        moments.short(met.incident.onset),
        moments.short(met.page.fired_at) if met.page else "missed",
        span(met.detect_seconds),
        span(met.reset_seconds),
        f"{share(met.spent[worst])} ({worst})" if worst else NOTHING,
        names[met.page.labels] if met.page else "",
    )


def _by_alert(backtest: Backtest) -> _Table:
    names = short_names(firing.labels for firing in backtest.firings)
    by_alert: dict[Labels, list[Firing]] = {}
    for firing in backtest.firings:
        by_alert.setdefault(firing.labels, []).append(firing)
    rows = [_alert_row(backtest, names[labels], some) for labels, some in by_alert.items()]
    rows.sort(key=lambda row: (row[1] not in {"page", "critical"}, row[0]))
    header = ("alert", "severity", "fired", "true", "false", "longest", "in all")
    silent = "" if rows else "Nothing fired."
    return _Table("Alerts", header, tuple(rows) or (("—", "", "0", "", "", "", ""),), silent)


def _alert_row(backtest: Backtest, name: str, firings: Sequence[Firing]) -> tuple[str, ...]:
    lasted = [backtest.lasted(firing) for firing in firings]
    judged = [backtest.is_true(firing) for firing in firings]
    is_page = firings[0].is_page
    counts = (str(judged.count(True)), str(judged.count(False))) if is_page else ("", "")
    return (name, firings[0].severity, str(len(firings)), *counts, span(max(lasted)), span(sum(lasted)))


def _firings(backtest: Backtest, limit: int) -> _Table:
    firings = backtest.firings
    shown = firings[:limit] if limit else firings
    names = short_names(firing.labels for firing in firings)
    several = len(backtest.ran) > 1
    header = (*(("case",) if several else ()), "alert", "severity", "fired at", "reset at", "lasted", "")
    rows = [
        (
            *((firing.stretch,) if several else ()),
            names[firing.labels],
            firing.severity,
            "before" if backtest.is_lasting(firing) else backtest.moments.short(firing.fired_at),
            backtest.moments.short(firing.reset_at),
            span(backtest.lasted(firing)),
            {True: "true", False: "false", None: ""}[backtest.is_true(firing)],
        )
        for firing in shown
    ]
    left = len(firings) - len(shown)
    note = f"… and {left:,} more: --limit 0 lists all, --format json has all." if left else ""
    return _Table("Firings", header, tuple(rows), note)


def _rich(table: _Table) -> RichTable:
    drawn = RichTable(
        title=table.title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD if any(table.header) else box.SIMPLE,
        show_header=any(table.header),
        padding=(0, 1, 0, 0),
    )
    for name in table.header:
        drawn.add_column(name, justify="right" if name in _NUMBERS else "left", overflow="fold")
    for row in table.rows:
        drawn.add_row(*map(Text, row))
    return drawn


def backtest_json(backtest: Backtest) -> dict[str, Any]:
    """Unix seconds, seconds, and ratios 0–1; None where there is nothing to tell."""
    score = backtest.score
    return {
        "files": list(backtest.files),
        "notes": list(backtest.notes),
        "stretches": [_stretch_json(ran) for ran in backtest.ran],
        "firings": [
            {
                "stretch": firing.stretch,
                "labels": dict(firing.labels.pairs),
                "is_page": firing.is_page,
                "fired_at": firing.fired_at,
                "reset_at": firing.reset_at,
                "seconds": backtest.lasted(firing),
                "is_true": backtest.is_true(firing),
                "is_lasting": backtest.is_lasting(firing),
            }
            for firing in backtest.firings
        ],
        "incidents": [_met_json(met) for met in score.met],
        "recall": score.recall,
        "precision": score.precision,
        "false_pages": score.false_pages,
        "false_pages_per_30d": score.false_per_month,
        "detect_seconds": _pair(score.detect_seconds),
        "reset_seconds": _pair(score.reset_seconds),
        "budget_spent": _pair(score.most_spent),
        "definitions": DEFINITIONS,
    }


def _stretch_json(ran: Ran) -> dict[str, Any]:
    stretch = ran.stretch
    return {"name": stretch.name, "start": stretch.start, "end": stretch.end, "notes": list(ran.notes)}


def _met_json(met: Met) -> dict[str, Any]:
    return {
        "title": met.incident.title,
        "stretch": met.stretch,
        "onset": met.incident.onset,
        "end": met.incident.end,
        "page_at": met.page.fired_at if met.page else None,
        "by": dict(met.page.labels.pairs) if met.page else None,
        "detect_seconds": met.detect_seconds,
        "reset_seconds": met.reset_seconds,
        "budget_spent": dict(met.spent),
    }


def _pair(pair: tuple[float, float] | None) -> dict[str, float] | None:
    return None if pair is None else {"median": pair[0], "worst": pair[1]}
