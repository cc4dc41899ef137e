"""The answer of `alerts check` as a table for people."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from alerts.charts.model import Language
from alerts.charts.quantities import format_seconds
from alerts.check.analysis import Checked, Known
from alerts.check.guardrails import GuardrailCheck
from alerts.check.observed import DAY, Observed
from alerts.check.rates import format_rate
from alerts.check.spans import span
from alerts.check.tiers import ERROR_RATIOS, TierCheck
from alerts.guardrails.wording import reasons
from alerts.percentages import percent
from alerts.slo import Slo
from collector.durations import format_duration

_CAPTION = (
    "factor: how many times as fast as allowed the budget burns where the tier begins to fire\n"
    "begins: the error ratio that both windows must exceed\n"
    "{ratios}: the time from the onset of that error ratio, if it stays, until the tier fires{within}\n"
    "spent: the share of the budget that a full outage spends until then\n"
    "resets: the time from its end until the tier resolves"
)
_GUARDRAIL_CAPTION = (
    "fires within: at the latest, once the signal is and stays bad, wherever scrapes and evaluations fall."
)
_CAN_FIRE = {True: "yes", False: "cannot", None: "not known"}
_MOST_NAMES = 3
_STYLES = {"error": "bold red", "warning": "yellow"}


def check_table(checked: Checked) -> Group:
    """A row for each tier, then the findings, then policies that can."""
    parts: list[RenderableType] = []
    for slo, tiers in groupby(checked.tiers, lambda tier: tier.slo):
        parts += [_table(slo.name, list(tiers)), *_facts(slo, checked.known)]
    if checked.tiers:
        parts.append(Text(_caption(checked.tiers), style="dim"))
    if checked.guardrails:
        parts += [_guardrails(checked.guardrails), Text(_GUARDRAIL_CAPTION, style="dim")]
    parts += _findings(checked)
    return Group(*parts, *_proposed(checked))


def _caption(tiers: Sequence[TierCheck]) -> str:
    ratios = ", ".join(f"{100 * ratio:g} %" for ratio in ERROR_RATIOS)
    return _CAPTION.format(ratios=ratios, within=_within(tiers))


def _within(tiers: Sequence[TierCheck]) -> str:
    lags = dict(sorted((tier.tier.severity, tier.give_or_take_seconds) for tier in tiers))
    shown = " and ".join(f"{lag:g} s for a {severity}" for severity, lag in lags.items())
    return f" (give or take {shown}, as scrapes and evaluations fall)"


def _facts(slo: Slo, known: Known) -> Iterator[Text]:
    """What is known of an SLO beside its file."""
    observed, given = known.of(slo), known.traffic.of(slo)
    if observed is not None:
        yield Text(f"  observed: {_observed(observed)}", style="dim")
    elif (slo.service, slo.name) in known.observed:
        yield Text("  observed: no events", style="dim")
    if given is not None:
        yield Text(f"  at a traffic of {format_rate(given)}", style="dim")


def _observed(observed: Observed) -> str:
    worst, _ = observed.worst_hour
    hours = int(observed.known.sum())
    if hours == 1:
        rate = format_rate(observed.median_per_second)
        return f"{percent(observed.error_ratio)} of errors at {rate}{_young(observed)}"
    return (
        f"{percent(observed.error_ratio)} of errors in {hours} hours, {percent(worst)} in the worst; "
        f"{format_rate(observed.median_per_second)} in the median hour, "
        f"{format_rate(observed.lowest_per_second)} in the quietest{_young(observed)}"
    )


def _young(observed: Observed) -> str:
    if observed.recorded_seconds >= DAY:
        return ""
    recorded = _spelled(observed.recorded_seconds)
    return f" ({recorded} recorded: less than a day does not say what is normal)"


def _spelled(seconds: float) -> str:
    return format_seconds(60 * max(round(seconds / 60), 1), Language.EN)


def _findings(checked: Checked) -> Iterator[Text]:
    """Errors first; what is said of several SLOs in the same words is said once, with their names."""
    names = {slo.name for slo in checked.slos}
    alike: dict[tuple[str, str, str], list[str]] = {}
    for one in sorted(checked.findings, key=lambda finding: finding.level != "error"):
        name, _, rest = one.message.partition(": ")
        if name in names:
            alike.setdefault((one.level, one.rule, rest), []).append(name)
        else:
            alike.setdefault((one.level, one.rule, one.message), [])
    for (level, rule, message), of in alike.items():
        yield _finding(level, f"{_first_names(list(dict.fromkeys(of)))}: {message}" if of else message, rule)


def _first_names(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more"


def _finding(level: str, message: str, rule: str) -> Text:
    return Text.assemble((f"{level}: ", _STYLES[level]), message, (f" [{rule}]", "dim"))


def _proposed(checked: Checked) -> Iterator[RenderableType]:
    for text in dict.fromkeys(checked.proposed.values()):
        names = [name for name, own in checked.proposed.items() if own == text]
        yield Text(
            f"\nA policy for {', '.join(names)} whose tiers can fire (--propose DIR writes it):", style="bold"
        )
        yield Text(text.rstrip())


def _table(slo: str, tiers: Sequence[TierCheck]) -> Table:
    table = Table(
        title=slo, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for name in ("tier", "kind", "windows"):
        table.add_column(name, no_wrap=True)
    for name in ("factor", "begins", *(f"{100 * ratio:g} %" for ratio in ERROR_RATIOS), "spent", "resets"):
        table.add_column(name, justify="right", no_wrap=True)
    for tier in tiers:
        table.add_row(*_row(tier))
    return table


def _guardrails(guardrails: Sequence[GuardrailCheck]) -> Table:
    table = Table(
        title="guardrails",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for name in ("guardrail", "ticket when", "window", "for", "can fire", "fires within"):
        table.add_column(name, no_wrap=name not in {"guardrail", "ticket when"})
    for one in guardrails:
        guardrail = one.guardrail
        table.add_row(
            guardrail.name,
            reasons(guardrail),
            format_duration(guardrail.window_seconds),
            format_duration(guardrail.for_seconds),
            _CAN_FIRE[one.can_fire],
            "" if one.fires_within_seconds is None else span(one.fires_within_seconds),
        )
    return table


def _row(checked: TierCheck) -> list[str]:
    tier, spent = checked.tier, checked.spent_by_then[1.0]
    return [
        tier.name,
        tier.severity,
        f"{format_duration(tier.long_seconds)}/{format_duration(tier.short_seconds)}",
        f"{checked.factor:.4g}",
        _begins(checked),
        *(_span(checked.detect_seconds[ratio]) for ratio in ERROR_RATIOS),
        "" if spent is None else percent(spent, 2),
        "" if spent is None else _span(checked.reset_seconds),
    ]


def _begins(checked: TierCheck) -> str:
    starts = checked.start_error_ratio if checked.can_fire else None
    if starts is not None and checked.at_traffic is not None:
        starts = checked.at_traffic.start_ratio
    return "cannot" if starts is None else percent(starts, 3) if starts else "any"


def _span(seconds: float | None) -> str:
    return "never" if seconds is None else span(seconds)
