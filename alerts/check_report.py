"""The answer of `alerts check` as a table for people."""

from collections.abc import Sequence
from itertools import groupby

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from alerts.check import ERROR_RATIOS, Checked, TierCheck
from collector.durations import format_duration

_CAPTION = (
    "begins: the error ratio that both windows must exceed. Then the time from the onset of such a steady "
    "error ratio until the tier fires, and from the end of a full outage until it resolves."
)
_STYLES = {"error": "bold red", "warning": "yellow"}


def check_table(checked: Checked) -> Group:
    """A row for each tier, then the findings."""
    tables = [_table(slo, list(tiers)) for slo, tiers in groupby(checked.tiers, lambda tier: tier.slo.name)]
    findings = [Text(f"{f.level}: {f.message} [{f.rule}]", style=_STYLES[f.level]) for f in checked.findings]
    return Group(*tables, Text(_CAPTION, style="dim"), *findings)


def _table(slo: str, tiers: Sequence[TierCheck]) -> Table:
    table = Table(
        title=slo, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for name in ("tier", "kind", "windows", "factor", "begins"):
        table.add_column(name)
    for name in (*(f"{100 * ratio:g} %" for ratio in ERROR_RATIOS), "resets"):
        table.add_column(name, justify="right")
    for tier in tiers:
        table.add_row(*_row(tier))
    return table


def _row(checked: TierCheck) -> list[str]:
    tier = checked.tier
    return [
        tier.name,
        tier.severity,
        f"{format_duration(tier.long_seconds)}/{format_duration(tier.short_seconds)}",
        f"{checked.factor:.4g}",
        f"{100 * checked.start_ratio:.4g} %" if checked.can_fire else "cannot fire",
        *(_span(checked.detect_seconds[ratio]) for ratio in ERROR_RATIOS),
        _span(checked.reset_seconds),
    ]


def _span(seconds: float | None) -> str:
    return "never" if seconds is None else format_duration(round(seconds))
