"""The promtool unit tests beside compiled rules: each tier just above and just below its limit."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from alerts.burnrate import can_fire, firing_ratio
from alerts.compile import BURN_ALERT, HANG_ALERT, NO_DATA_ALERT
from alerts.expressions import bad_name, selector, total_name
from alerts.history import history_name, is_weighed
from alerts.policy import Policy, Tier
from alerts.sample_series import series_for
from alerts.slo import Slo
from collector.durations import format_duration

_EVENTS_PER_BUDGET = 1_000  # bad events that a window's budget allows; far above any floor
_WAITING = 5.0  # requests in flight
_MARGIN = 0.05
_TOTALS = "slo:total_events:"


def rule_tests(
    slos: Sequence[Slo], policies: Mapping[str, Policy], rule_file: str, rules: Mapping[str, Any]
) -> dict[str, Any]:
    """A file for ``promtool test rules``.

    rule_file, rules: what these SLOs were compiled to, with their recordings, and its name.
    """
    hanging = {
        rule["labels"]["slo"]
        for group in rules["groups"]
        for rule in group["rules"]
        if rule.get("alert") == HANG_ALERT
    }
    return {
        "rule_files": [rule_file],
        "evaluation_interval": "15s",
        "group_eval_order": group_names(rules),
        "tests": [
            *(test for slo in slos for test in _slo_tests(slo, policies[slo.policy])),
            *(test for slo in slos if slo.name in hanging for test in _hang_tests(slo, policies[slo.policy])),
        ],
    }


def group_names(rules: Mapping[str, Any]) -> list[str]:
    """In the order of a rule file; unless told, promtool evaluates groups in another at each run."""
    return [group["name"] for group in rules["groups"]]


def _slo_tests(slo: Slo, policy: Policy) -> list[dict[str, Any]]:
    tests = [_idle_test(slo, policy), _no_data_test(slo)]
    if slo.sli.bucket is not None:
        tests.append(_no_bucket_test(slo, policy))
    for tier in policy.tiers:
        tests.append(_ratio_test(slo, policy, tier, 1 - _MARGIN))
        if can_fire(tier, slo) and firing_ratio(tier, slo) * (1 + _MARGIN) <= 1:
            tests.append(_ratio_test(slo, policy, tier, 1 + _MARGIN))
            if is_weighed(tier.long_seconds):
                tests.append(_young_test(slo, policy, tier))
    return tests


def _ratio_test(slo: Slo, policy: Policy, tier: Tier, times_limit: float) -> dict[str, Any]:
    share = firing_ratio(tier, slo) * times_limit
    fires = times_limit > 1
    after = tier.for_seconds + 120
    return {
        "name": f"{slo.name} {tier.name} {'fires above' if fires else 'is silent below'} its limit",
        "interval": "1m",
        "input_series": _inputs(slo, policy, share, _events(slo)),
        "promql_expr_test": [_firing(BURN_ALERT, slo, f',tier="{tier.name}"', after, fires=fires)],
    }


def _young_test(slo: Slo, policy: Policy, tier: Tier) -> dict[str, Any]:
    """All that is recorded is bad, and it is less than fires the tier."""
    recorded = firing_ratio(tier, slo) * (1 - _MARGIN)
    history = {"series": f"{history_name(tier.long_seconds)}{selector(slo)}", "values": f"{recorded:.12g}x20"}
    return {
        "name": f"{slo.name} {tier.name} is silent while too little is recorded",
        "interval": "1m",
        "input_series": [*_inputs(slo, policy, 1.0, _events(slo)), history],
        "promql_expr_test": [
            _firing(BURN_ALERT, slo, f',tier="{tier.name}"', tier.for_seconds + 120, fires=False)
        ],
    }


def _idle_test(slo: Slo, policy: Policy) -> dict[str, Any]:
    return {
        "name": f"{slo.name} is silent while idle",
        "interval": "1m",
        "input_series": _inputs(slo, policy, 0.0, 0),
        "promql_expr_test": [_firing("", slo, "", 120, fires=False)],
    }


def _hang_tests(slo: Slo, policy: Policy) -> list[dict[str, Any]]:
    """Requests wait and none completes; none where no series are known that the query would answer."""
    waiting = series_for(slo.sli.in_flight or "", _WAITING)
    return [
        {
            "name": f"{slo.name} pages when requests are in flight and none completes",
            "interval": "1m",
            "input_series": [
                *_inputs(slo, policy, 0.0, 0),
                *({"series": str(labels), "values": f"{_WAITING:g}x20"} for labels in waiting),
            ],
            "promql_expr_test": [_firing(HANG_ALERT, slo, "", 120, fires=True)],
        }
    ] * bool(waiting)


def _no_data_test(slo: Slo) -> dict[str, Any]:
    return {
        "name": f"{slo.name} tickets when its series are absent",
        "interval": "1m",
        "promql_expr_test": [_firing(NO_DATA_ALERT, slo, "", 720, fires=True)],
    }


def _no_bucket_test(slo: Slo, policy: Policy) -> dict[str, Any]:
    counts = [each for each in _inputs(slo, policy, 0.0, _events(slo)) if each["series"].startswith(_TOTALS)]
    return {
        "name": f"{slo.name} tickets and does not page when its bucket is absent",
        "interval": "1m",
        "input_series": counts,
        "promql_expr_test": [
            _firing(NO_DATA_ALERT, slo, "", 720, fires=True),
            _firing(BURN_ALERT, slo, "", 720, fires=False),
        ],
    }


def _events(slo: Slo) -> int:
    """A power of ten."""
    return int(10.0 ** math.ceil(math.log10(_EVENTS_PER_BUDGET / slo.error_budget) - 1e-9))


def _inputs(slo: Slo, policy: Policy, share: float, events: int) -> list[dict[str, str]]:
    """Recorded increases of every window; the raw series are absent, so nothing overwrites them."""
    windows = {
        300.0,
        slo.period_seconds,
        *(w for t in policy.tiers for w in (t.long_seconds, t.short_seconds)),
    }
    return [
        {"series": f"{name(window)}{selector(slo)}", "values": f"{value:.0f}x20"}
        for window in sorted(windows)
        for name, value in ((bad_name, share * events), (total_name, events))
    ]


def _firing(alert: str, slo: Slo, more: str, at_seconds: float, *, fires: bool) -> dict[str, Any]:
    name = f'alertname="{alert}",' if alert else ""
    expr = f'count(ALERTS{{{name}alertstate="firing",service="{slo.service}",slo="{slo.name}"{more}}})'
    expected = [{"labels": "{}", "value": 1}] if fires else []
    return {"expr": expr, "eval_time": format_duration(at_seconds), "exp_samples": expected}
