"""Recording rules under Sloth's names and labels, so that the community's SLO dashboards work."""

from typing import Any

from alerts.expressions import BUDGET_REMAINING, FIVE_MINUTES, RecordedExpressions, burn_rate, number, ratio
from alerts.identity import beside, identity_labels
from alerts.slo import Slo
from collector.durations import format_duration

_PERIODS = {"y": 365 * 86_400, "w": 7 * 86_400}


def ratio_rule(slo: Slo, seconds: float) -> dict[str, Any]:
    """The error ratio over a window."""
    window = _window(seconds)
    labels = {**_labels(slo), "sloth_window": window}
    expr = ratio(RecordedExpressions(slo), seconds)
    return {"record": f"slo:sli_error:ratio_rate{window}", "expr": expr, "labels": labels}


def metadata_rules(slo: Slo) -> list[dict[str, Any]]:
    """Objective, budget and burn rates; the rest of the budget counts events, it is no average of ratios."""
    events, labels = RecordedExpressions(slo), _labels(slo)
    info = {
        "sloth_mode": "fireline",
        "sloth_objective": number(100 * slo.objective),
        "sloth_spec": slo.format,
    }
    expressions = {
        "slo:objective:ratio": f"vector({number(slo.objective)})",
        "slo:error_budget:ratio": f"vector({number(slo.error_budget)})",
        "slo:time_period:days": f"vector({number(slo.period_seconds / 86_400)})",
        "slo:current_burn_rate:ratio": burn_rate(events, FIVE_MINUTES, slo),
    }
    if slo.calendar is None:  # PromQL has no window that begins with a month
        spent = burn_rate(events, slo.period_seconds, slo)
        expressions |= {"slo:period_burn_rate:ratio": spent, BUDGET_REMAINING: f"1 - {spent}"}
    windows = {
        "slo:current_burn_rate:ratio": FIVE_MINUTES,
        "slo:period_burn_rate:ratio": slo.period_seconds,
        BUDGET_REMAINING: slo.period_seconds,
    }
    rules = [
        {
            "record": name,
            "expr": expr,
            "labels": labels | ({"sloth_window": _window(windows[name])} if name in windows else {}),
        }
        for name, expr in expressions.items()
    ]
    return [*rules, {"record": "sloth_slo_info", "expr": "vector(1)", "labels": {**labels, **info}}]


def _window(seconds: float) -> str:
    """As Sloth has it, who has it of Prometheus: whole weeks are ``4w``, whole years ``1y``."""
    for unit, length in _PERIODS.items():
        if seconds >= length and seconds % length == 0:
            return f"{seconds // length:.0f}{unit}"
    return format_duration(seconds)


def _labels(slo: Slo) -> dict[str, str]:
    return beside(slo.labels, identity_labels(slo))
