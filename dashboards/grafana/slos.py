"""The board of the SLOs, made from their files: budget left, burn rates, error ratio and traffic of each.

Queries stand on the raw counters, so the board works on any engine, with or without our recording rules.
"""

from collections.abc import Mapping, Sequence

from alerts.burnrate import firing_burn_rate
from alerts.expressions import RawExpressions, burn_rate, number
from alerts.policy import Policy, Tier
from alerts.slo import Slo
from collector.durations import format_duration
from dashboards.grafana import panels
from dashboards.grafana.boards import Json, Row, board
from dashboards.grafana.panels import AMBER, GREEN, RED, Panel, Query, bars, datasource_variable, lines

BUDGET_LIMITS = ((0, RED), (0.1, AMBER), (0.5, GREEN))
HOUR = 3600.0
FIVE_MINUTES = 300.0


def slo_board(slos: Sequence[Slo], policies: Mapping[str, Policy], language: str = "en") -> Json:
    """policies: those that the SLOs name, by name."""
    overview = Row("All SLOs", [_budgets_left(slos, language), _hourly_burn_rates(slos, language)])
    rows = [overview, *(_row(slo, policies[slo.policy], language) for slo in slos)]
    text = "How much of each error budget is left, and how fast it is being spent."
    return board("fireline-slos", "Fireline: SLOs", text, [datasource_variable()], rows, span="6h")


def _row(slo: Slo, policy: Policy, language: str) -> Row:
    title = f"{slo.service}: {_title(slo, language)}"
    return Row(
        title,
        [_budget_now(slo), _burn_rates(slo, policy), _error_ratio(slo), _budget_left(slo), _traffic(slo)],
    )


def _title(slo: Slo, language: str) -> str:
    return slo.title.get(language) or slo.title.get("en") or slo.name


def _remaining(slo: Slo) -> str:
    return f"1 - {burn_rate(RawExpressions(slo), slo.period_seconds, slo)}"


def _rolling_name(slo: Slo) -> str:
    return "" if slo.calendar is None else f" (last {format_duration(slo.period_seconds)})"


def _rolling_note(slo: Slo) -> str:
    """PromQL has no window that begins with a month."""
    if slo.calendar is None:
        return ""
    return " The objective's period is of the calendar: Fireline's pages show what is left of that."


def _budgets_left(slos: Sequence[Slo], language: str) -> Panel:
    queries = [(_remaining(slo), f"{_title(slo, language)}{_rolling_name(slo)}") for slo in slos]
    text = "Share of each period's error budget that is left."
    return bars("Budget left", text, "percentunit", *queries, limits=BUDGET_LIMITS)


def _hourly_burn_rates(slos: Sequence[Slo], language: str) -> Panel:
    queries = [(burn_rate(RawExpressions(slo), HOUR, slo), _title(slo, language)) for slo in slos]
    text = "Burn rate over an hour: at 1 the budget lasts exactly its period."
    return lines("Burn rate, 1 h", text, "short", *queries, width=12, limits=((0, "transparent"), (1, AMBER)))


def _budget_now(slo: Slo) -> Panel:
    period = format_duration(slo.period_seconds)
    text = f"Of the errors that {slo.objective:.4%} over {period} allows, the share that is left."
    query = (_remaining(slo), "left")
    return panels.number("Budget left", text + _rolling_note(slo), "percentunit", query, limits=BUDGET_LIMITS)


def _burn_rates(slo: Slo, policy: Policy) -> Panel:
    events = RawExpressions(slo)
    tiers = policy.with_severity("page")
    windows = sorted({FIVE_MINUTES, HOUR, *(tier.long_seconds for tier in tiers)})
    queries: list[Query] = [(burn_rate(events, window, slo), format_duration(window)) for window in windows]
    limits = [firing_burn_rate(tier, slo) for tier in tiers]
    text = f"How many times faster than sustainable the budget goes. Pages from {_listed(tiers, limits)} on."
    marks = ((0, "transparent"), (min(limits), RED)) if limits else ()
    return lines("Burn rate", text, "short", *queries, width=10, limits=marks)


def _listed(tiers: Sequence[Tier], limits: Sequence[float]) -> str:
    parts = [
        f"{limit:.3g} over {format_duration(tier.long_seconds)}"
        for tier, limit in zip(tiers, limits, strict=True)
    ]
    return ", ".join(parts) or "no tier"


def _recent(slo: Slo) -> tuple[str, str]:
    """A short window, and its seconds; of slices it holds one at least, which a scrape or two may not."""
    slice_seconds = slo.sli.slice_seconds
    if slice_seconds is None:
        return "$__rate_interval", "($__rate_interval_ms / 1000)"
    longest = max(FIVE_MINUTES, slice_seconds)
    return format_duration(longest), number(longest)


def _error_ratio(slo: Slo) -> Panel:
    (window, _), budget = _recent(slo), slo.error_budget
    bad, total = slo.sli.bad_over(window), slo.sli.total_over(window)
    query = f"clamp_min({bad}, 0) / ({total} > 0)"
    text = f"Share of bad events. The line is the objective's allowance, {number(100 * budget)} %."
    marks = ((0, "transparent"), (budget, AMBER))
    return lines("Error ratio", text, "percentunit", (query, "bad / total"), width=10, limits=marks)


def _budget_left(slo: Slo) -> Panel:
    period = format_duration(slo.period_seconds)
    text = f"Budget left of the {period} before each moment; below 0 it is overspent.{_rolling_note(slo)}"
    query = (_remaining(slo), "left")
    marks = ((-1, RED), (0, "transparent"))
    title, unit = "Budget left over time", "percentunit"
    return lines(
        title, text, unit, query, width=14, limits=marks, minimum=None, maximum=1, coarsest_interval="5m"
    )


def _traffic(slo: Slo) -> Panel:
    window, seconds = _recent(slo)
    queries = [
        (f"({slo.sli.total_over(window)}) / {seconds}", "all"),
        (f"clamp_min({slo.sli.bad_over(window)}, 0) / {seconds}", "bad"),
    ]
    return lines(
        "Events", "Events per second that count, and the bad ones among them.", "ops", *queries, width=10
    )
