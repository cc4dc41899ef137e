"""The outcome of `alerts ci` as a table for people and as JSON for scripts."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from alerts.ci.compare import Change, Compared
from collector.durations import format_duration


def ci_table(outcomes: Sequence[Compared]) -> Group:
    """A row for each case, then a line for each that fails."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("case", "wanted"):
        table.add_column(name)
    for name in ("page then", "page now", "reset then", "reset now"):
        table.add_column(name, justify="right")
    table.add_column("by")
    table.add_column("")
    for one in outcomes:
        table.add_row(*_row(one))
    failed = [one for one in outcomes if one.failure]
    lines = [Text(f"{one.case}: {one.failure}", style="bold red") for one in failed]
    count = f"{len(outcomes) - len(failed)} of {len(outcomes)} cases pass"
    return Group(table, *lines, Text(count, style="bold red" if failed else "green"))


def _row(one: Compared) -> list[Text]:
    then, now = one.accepted, one.verdict
    wanted = "no page" if one.page_within_seconds is None else f"≤ {format_duration(one.page_within_seconds)}"
    cells = [
        one.case,
        wanted,
        _span(then.page_seconds) if then else "",
        _span(now.page_seconds),
        _span(then.reset_seconds) if then else "",
        _span(now.reset_seconds) if now.page_seconds is not None else "—",
        ", ".join(now.by),
    ]
    return [*map(Text, cells), _mark(one)]


def _mark(one: Compared) -> Text:
    if one.failure:
        return Text(f"✗ {one.failure}", style="bold red")
    return Text("✓" if one.change is Change.SAME else f"✓ {one.change.value}", style="green")


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "—"
    return f"-{format_duration(-seconds)}" if seconds < 0 else format_duration(seconds)


def ci_json(outcomes: Sequence[Compared]) -> dict[str, Any]:
    """Seconds from the onset of each case, or from its start where it has none."""
    return {
        "cases": [
            {
                "case": one.case,
                "page_within_seconds": one.page_within_seconds,
                "page_seconds": one.verdict.page_seconds,
                "reset_seconds": one.verdict.reset_seconds,
                "by": list(one.verdict.by),
                "accepted_page_seconds": one.accepted.page_seconds if one.accepted else None,
                "accepted_reset_seconds": one.accepted.reset_seconds if one.accepted else None,
                "change": one.change.value,
                "failure": one.failure,
            }
            for one in outcomes
        ],
        "failed": sum(bool(one.failure) for one in outcomes),
    }
