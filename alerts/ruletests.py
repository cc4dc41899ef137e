"""The promtool unit tests beside compiled rules: each tier just above and just below its limit.

What is tested of one SLO is tested of all in one test: promtool evaluates the whole file for each test.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.burnrate import can_fire, firing_ratio
from alerts.compile import BURN_ALERT, HANG_ALERT, NO_DATA_ALERT
from alerts.expressions import FIVE_MINUTES, TILED, bad_name, selector, total_name
from alerts.history import history_name, is_weighed
from alerts.policy import Policy, Tier
from alerts.sample_series import series_for
from alerts.slo import Slo
from collector.durations import format_duration

_EVENTS_PER_BUDGET = 1_000  # bad events that a window's budget allows; far above any floor
_WAITING = 5.0  # requests in flight
_MARGIN = 0.05
_TOTALS = "slo:total_events:"
_STEP_SECONDS = 60  # every evaluation of a test is one of all rules
_SOON = 120.0
_AFTER_NO_DATA = 720.0


def rule_tests(
    slos: Sequence[Slo], policies: Mapping[str, Policy], rule_file: str, rules: Mapping[str, Any]
) -> dict[str, Any]:
    """A file for ``promtool test rules``.

    rule_file, rules: what these SLOs were compiled to, with their recordings, and its name.
    """
    written = [rule for group in rules["groups"] for rule in group["rules"]]
    return {
        "rule_files": [rule_file],
        "evaluation_interval": f"{_STEP_SECONDS}s",
        "group_eval_order": group_names(rules),
        "tests": _of_all(_Tests.of(slo, policies[slo.policy], written).all() for slo in slos),
    }


def _of_all(tests_of_slos: Iterable[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Tests of one name made one: no SLO reads another's series."""
    together: dict[str, dict[str, Any]] = {}
    for test in (test for tests in tests_of_slos for test in tests):
        merged = together.setdefault(test["name"], {**test, "input_series": [], "promql_expr_test": []})
        known = {series["series"] for series in merged["input_series"]}
        merged["input_series"] += [s for s in test["input_series"] if s["series"] not in known]
        merged["promql_expr_test"] += test["promql_expr_test"]
    return list(together.values())


def group_names(rules: Mapping[str, Any]) -> list[str]:
    """In the order of a rule file; unless told, promtool evaluates groups in another at each run."""
    return [group["name"] for group in rules["groups"]]


@dataclass(frozen=True)
class _Tests:
    """Of one SLO. tiled: what its rules record of recorded series, which tests cannot give."""

    slo: Slo
    policy: Policy
    watches_hang: bool
    tiled: frozenset[str]

    @classmethod
    def of(cls, slo: Slo, policy: Policy, rules: Sequence[Mapping[str, Any]]) -> "_Tests":
        identity = {"service": slo.service, "slo": slo.name}
        own = [rule for rule in rules if identity.items() <= rule["labels"].items()]
        tiled = frozenset(rule["record"] for rule in own if rule["expr"].startswith(TILED))
        watches_hang = any(rule.get("alert") == HANG_ALERT for rule in own)
        return cls(slo, policy, watches_hang, tiled)

    def all(self) -> list[dict[str, Any]]:
        tests = [self._idle()]
        if self.slo.alerting.tells_no_data:
            tests += [self._no_data()] + ([self._no_bucket()] if self.slo.sli.bucket is not None else [])
        for tier in self.slo.alerting_tiers(self.policy):
            tests += self._of_tier(tier)
        return tests + (self._hang() if self.watches_hang else [])

    def _of_tier(self, tier: Tier) -> list[dict[str, Any]]:
        tests = [self._ratio(tier, 1 - _MARGIN)]
        if can_fire(tier, self.slo) and firing_ratio(tier, self.slo) * (1 + _MARGIN) <= 1:
            tests.append(self._ratio(tier, 1 + _MARGIN))
            if is_weighed(tier.long_seconds):
                tests.append(self._young(tier))
        return tests

    def _ratio(self, tier: Tier, times_limit: float) -> dict[str, Any]:
        share, fires = firing_ratio(tier, self.slo) * times_limit, times_limit > 1
        return self._test(
            f"{tier.name} {'fires above' if fires else 'is silent below'} its limit",
            self._inputs(share, until_seconds=_after(tier)),
            self._firing(self._burn_alert, f',tier="{tier.name}"', _after(tier), fires=fires),
        )

    def _young(self, tier: Tier) -> dict[str, Any]:
        """All that is recorded is bad, and it is less than fires the tier."""
        recorded = {tier.long_seconds: firing_ratio(tier, self.slo) * (1 - _MARGIN)}
        return self._test(
            f"{tier.name} is silent while too little is recorded",
            self._inputs(1.0, recorded, until_seconds=_after(tier)),
            self._firing(self._burn_alert, f',tier="{tier.name}"', _after(tier), fires=False),
        )

    def _idle(self) -> dict[str, Any]:
        return self._test(
            "is silent while idle", self._idle_inputs(), self._firing("", "", _SOON, fires=False)
        )

    def _hang(self) -> list[dict[str, Any]]:
        """Requests wait and none completes; none where no series are known that the query would answer."""
        waiting = series_for(self.slo.sli.in_flight or "", _WAITING)
        if not waiting:
            return []
        inputs = [{"series": str(labels), "values": f"{_WAITING:g}x80"} for labels in waiting]
        pages = self._firing(HANG_ALERT, "", _SOON, fires=True)
        return [
            self._test(
                "pages when requests are in flight and none completes", [*self._idle_inputs(), *inputs], pages
            ),
            self._test("pages when requests are in flight and none ever completed", inputs, pages),
        ]

    def _no_data(self) -> dict[str, Any]:
        absent = self._firing(NO_DATA_ALERT, "", _AFTER_NO_DATA, fires=True)
        return self._test("tickets when its series are absent", [], absent)

    def _no_bucket(self) -> dict[str, Any]:
        counts = [each for each in self._inputs(0.0) if each["series"].startswith(_TOTALS)]
        return self._test(
            "tickets and does not page when its bucket is absent",
            counts,
            self._firing(NO_DATA_ALERT, "", _AFTER_NO_DATA, fires=True),
            self._firing(self._burn_alert, "", _AFTER_NO_DATA, fires=False),
        )

    @property
    def _burn_alert(self) -> str:
        return self.slo.alerting.name or BURN_ALERT

    def _test(
        self, name: str, inputs: Sequence[Mapping[str, str]], *checks: dict[str, Any]
    ) -> dict[str, Any]:
        """A rule is evaluated as often as there are inputs: nothing that it records stands between two."""
        return {
            "name": name,
            "interval": f"{_STEP_SECONDS}s",
            "input_series": list(inputs),
            "promql_expr_test": list(checks),
        }

    def _idle_inputs(self) -> list[dict[str, str]]:
        windows = self._windows()
        return self._series({name(window): "0" for window in windows for name in (bad_name, total_name)})

    def _inputs(
        self,
        share: float,
        history: Mapping[float, float] | None = None,
        *,
        until_seconds: float = _AFTER_NO_DATA,
    ) -> list[dict[str, str]]:
        """Recorded increases of every window; the raw series are absent, so nothing overwrites them.

        history: the shares of windows that are recorded; those that are not named are full.
        """
        events = _events(self.slo)
        weighed = {tier.long_seconds for tier in self.policy.tiers if is_weighed(tier.long_seconds)}
        shares = {**dict.fromkeys(weighed, 1.0), **(history or {})}
        values = {
            name(window): f"{value:.0f}"
            for window in self._windows()
            for name, value in ((bad_name, share * events), (total_name, events))
        }
        values |= {history_name(window): f"{known:.12g}" for window, known in sorted(shares.items())}
        return self._series(values, until_seconds)

    def _series(
        self, values: Mapping[str, str], until_seconds: float = _AFTER_NO_DATA
    ) -> list[dict[str, str]]:
        times = math.ceil(until_seconds / _STEP_SECONDS) + 4
        return [
            {"series": f"{name}{selector(self.slo)}", "values": f"{value}x{times}"}
            for name, value in values.items()
            if name not in self.tiled
        ]

    def _windows(self) -> list[float]:
        tiers = {window for tier in self.policy.tiers for window in (tier.long_seconds, tier.short_seconds)}
        return sorted({FIVE_MINUTES, self.slo.period_seconds, *tiers})

    def _firing(self, alert: str, more: str, at_seconds: float, *, fires: bool) -> dict[str, Any]:
        name = f'alertname="{alert}",' if alert else ""
        whose = f'service="{self.slo.service}",slo="{self.slo.name}"{more}'
        expr = f'count(ALERTS{{{name}alertstate="firing",{whose}}})'
        expected = [{"labels": "{}", "value": 1}] if fires else []
        return {"expr": expr, "eval_time": format_duration(at_seconds), "exp_samples": expected}


def _after(tier: Tier) -> float:
    return tier.for_seconds + _SOON


def _events(slo: Slo) -> int:
    """A power of ten."""
    return int(10.0 ** math.ceil(math.log10(_EVENTS_PER_BUDGET / slo.error_budget) - 1e-9))
