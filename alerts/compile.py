"""Turns SLOs and their policies into Prometheus rule groups.

Bad and total events are recorded apart and divided last: quiet hours weigh as little as they should, and
idle time gives no value instead of NaN.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.burning import burns
from alerts.burnrate import firing_burn_rate
from alerts.errors import SpecError
from alerts.expressions import (
    FIVE_MINUTES,
    Expressions,
    RawExpressions,
    RecordedExpressions,
    bad_name,
    is_tiled,
    tiled_count,
    total_name,
)
from alerts.history import history_name, history_ratio, is_weighed
from alerts.identity import beside, identity_labels
from alerts.policy import Policy, Severity, Tier, load_policy
from alerts.slo import Slo
from alerts.sloth_series import metadata_rules, ratio_rule
from alerts.unanswered import none_answered_expression
from alerts.wording import burn_annotations, hang_annotations, no_data_annotations, unanswered_annotations
from collector.durations import format_duration

Rule = dict[str, Any]
Group = dict[str, Any]

BURN_ALERT = "ErrorBudgetBurn"
HANG_ALERT = "RequestsHang"
UNANSWERED_ALERT = "RequestsUnanswered"
NO_DATA_ALERT = "NoSloData"


@dataclass(frozen=True)
class CompileOptions:
    """How rules are written.

    recorded: False compiles alerts that read raw counters only, for a Prometheus we only query.
    exact_windows: whether windows of a day and more are counted on the raw counters, which is cheap on our
        store alone; else they are sums of what is recorded of five minutes.
    """

    recorded: bool = True
    exact_windows: bool = True
    interval_seconds: float = 15.0
    ticket_interval_seconds: float = 60.0


AS_WRITTEN = CompileOptions(exact_windows=False)
"""What ``alerts compile`` writes unless told otherwise: by this, specs are judged that are not compiled."""


def compile_slos(
    slos: Sequence[Slo],
    policies: Mapping[str, Policy],
    options: CompileOptions | None = None,
    *,
    among: Sequence[Slo] | None = None,
) -> dict[str, list[Group]]:
    """A rule file (``{"groups": […]}``) for these SLOs; ``policies`` holds the policy of each by its name.

    among: those of all files that rules are written for; a hang that several see is one page.

    Raises:
        SpecError: for a policy that is meant for another period than the SLO's.
    """
    options = options or CompileOptions()
    for slo in slos:
        _check_period(slo, policies[slo.policy])
    hang = _first_with(among or slos, lambda slo: slo.sli.in_flight)
    demand = _first_with(among or slos, lambda slo: slo.sli.demand)
    compilers = [
        _Compiler(slo, policies[slo.policy], options, _key(slo) in hang, _key(slo) in demand) for slo in slos
    ]
    return {"groups": [group for compiler in compilers for group in compiler.groups()]}


def _first_with(slos: Sequence[Slo], query: Callable[[Slo], str | None]) -> set[tuple[str, str]]:
    """The first SLO with each query: one page for a hang, though several SLOs see it."""
    watchers: dict[str, tuple[str, str]] = {}
    for slo in slos:
        if (asked := query(slo)) is not None:
            watchers.setdefault(asked, _key(slo))
    return set(watchers.values())


def _key(slo: Slo) -> tuple[str, str]:
    return slo.service, slo.name


def policies_of(slos: Sequence[Slo], paths: Mapping[str, str] | None = None) -> dict[str, Policy]:
    """The policies that these SLOs name or hold, by the names that they use.

    paths: where a name stands for a policy file, its path.

    Raises:
        SpecError: for an unknown name, a file that is wrong, or two policies that SLOs hold under one name.
    """
    named = dict.fromkeys(slo.policy for slo in slos if slo.own_policy is None)
    policies = {name: load_policy((paths or {}).get(name, name)) for name in named}
    for slo in slos:
        if slo.own_policy is not None and policies.setdefault(slo.policy, slo.own_policy) != slo.own_policy:
            raise SpecError(f"{slo.name}: policy {slo.policy}: expected a name used for one policy")
    return policies


def _check_period(slo: Slo, policy: Policy) -> None:
    """A share of the budget of a week is another burn rate than that of a month."""
    if policy.period_seconds not in {None, slo.period_seconds}:
        meant, found = (format_duration(s) for s in (policy.period_seconds or 0.0, slo.period_seconds))
        raise SpecError(f"{slo.name}: policy {policy.name}: expected a period of {meant}, found {found}")


@dataclass(frozen=True)
class _Compiler:
    slo: Slo
    policy: Policy
    options: CompileOptions
    watches_hang: bool
    watches_demand: bool

    @property
    def events(self) -> Expressions:
        if not self.options.recorded:
            return RawExpressions(self.slo)
        return RecordedExpressions(self.slo, self.options.exact_windows)

    def groups(self) -> list[Group]:
        page, ticket = self._page_rules(), self._ticket_rules()
        groups = [
            self._group("page", page),
            self._group("ticket", ticket),
        ]
        return [group for group in groups if group["rules"]]

    def _group(self, severity: Severity, rules: list[Rule]) -> Group:
        return {
            "name": f"fireline-{self.slo.service}-{self.slo.name}-{severity}",
            "interval": format_duration(self._interval(severity)),
            "rules": rules,
        }

    def _interval(self, severity: Severity) -> float:
        is_page = severity == "page"
        return self.options.interval_seconds if is_page else self.options.ticket_interval_seconds

    def _page_rules(self) -> list[Rule]:
        rules: list[Rule] = []
        if self.options.recorded:
            rules = self._records(self._windows("page")) + self._histories("page")
        rules += self._burn_alerts("page")
        if self.watches_hang:
            rules.append(self._hang_alert())
        if self.watches_demand:
            rules.append(self._unanswered_alert())
        return rules + self._no_data_alerts("page")

    def _ticket_rules(self) -> list[Rule]:
        rules: list[Rule] = []
        if self.options.recorded:
            rules = self._records(self._windows("ticket") - self._windows("page"))
            rules += self._histories("ticket", besides="page") + metadata_rules(self.slo)
        return rules + self._burn_alerts("ticket") + self._no_data_alerts("ticket")

    def _no_data_alerts(self, group: Severity) -> list[Rule]:
        """Behind what it reads: evaluated before, it would be pending whenever rules are loaded."""
        here = group == ("page" if self.options.recorded else "ticket")
        return [self._no_data_alert()] if here and self.slo.alerting.tells_no_data else []

    def _windows(self, severity: Severity) -> set[float]:
        tiers = self.policy.with_severity(severity)
        period = {self.slo.period_seconds} if self.slo.calendar is None else set()
        always = {FIVE_MINUTES} if severity == "page" else period
        return always | {window for tier in tiers for window in (tier.long_seconds, tier.short_seconds)}

    def _records(self, windows: set[float]) -> list[Rule]:
        """All counts before the first ratio, so that samples are written at once, not window by window."""
        raw, labels = RawExpressions(self.slo), self._labels()
        counts = [
            {"record": name(w), "expr": self._tiled(name, w) or count(w), "labels": labels}
            for name, count in ((total_name, raw.total), (bad_name, raw.bad))
            for w in sorted(windows)
        ]
        return [*counts, *(ratio_rule(self.slo, window) for window in sorted(windows))]

    def _tiled(self, name: Callable[[float], str], seconds: float) -> str | None:
        if not is_tiled(self.slo, seconds, exact=self.options.exact_windows):
            return None
        return tiled_count(name(FIVE_MINUTES), self.slo, seconds)

    def _histories(self, severity: Severity, besides: Severity | None = None) -> list[Rule]:
        windows = self._weighed(severity) - (self._weighed(besides) if besides else set())
        return [
            {"record": history_name(w), "expr": self._history(w), "labels": self._labels()}
            for w in sorted(windows)
        ]

    def _weighed(self, severity: Severity) -> set[float]:
        tiers = self.policy.with_severity(severity)
        return {tier.long_seconds for tier in tiers if is_weighed(tier.long_seconds)}

    def _history(self, seconds: float) -> str:
        """Of what a long window is counted from: the recorded counts, where there are counters, or these."""
        if not is_tiled(self.slo, seconds, exact=self.options.exact_windows):
            return history_ratio(self.slo, seconds)
        share = history_ratio(self.slo, seconds, RecordedExpressions(self.slo).total(FIVE_MINUTES))
        return f"{share}\nand on ()\n{RawExpressions(self.slo).total(FIVE_MINUTES)}"

    def _labels(self) -> dict[str, str]:
        return {"service": self.slo.service, "slo": self.slo.name}

    def _burn_alerts(self, severity: Severity) -> list[Rule]:
        tiers = self.slo.alerting_tiers(self.policy)
        return [self._burn_alert(tier) for tier in tiers if tier.severity == severity]

    def _burn_alert(self, tier: Tier) -> Rule:
        slo, events, limit = self.slo, self.events, firing_burn_rate(tier, self.slo)
        said = slo.alerting.of(tier.severity)
        rule: Rule = {"alert": slo.alerting.name or BURN_ALERT, "expr": self._burns(tier)}
        if tier.for_seconds:
            rule["for"] = format_duration(tier.for_seconds)
        if tier.keep_firing_seconds:
            rule["keep_firing_for"] = format_duration(tier.keep_firing_seconds)
        rule["labels"] = {**self._alert_labels(tier.severity, tier.name), **tier.labels}
        rule["annotations"] = {**burn_annotations(slo, tier, events, limit=limit), **said.annotations}
        return rule

    def _burns(self, tier: Tier) -> str:
        asks_last = self.options.recorded or tier.severity == "page"
        looks = self._interval(tier.severity) if asks_last else None
        return burns(self.slo, tier, self.events, looks)

    def _alert_labels(self, severity: Severity, tier: str) -> dict[str, str]:
        """Ours, over them those that the spec gives its alerts, and beside them the SLO's."""
        kind = {"severity": severity, "sloth_severity": severity, "tier": tier}
        said = self.slo.alerting.of(severity).labels
        return beside(self.slo.labels, {**identity_labels(self.slo), **kind, **said})

    def _hang_alert(self) -> Rule:
        window, waiting = self.policy.hang_seconds, self.slo.sli.in_flight
        assert waiting is not None
        return self._none_answered(HANG_ALERT, "hang", waiting, hang_annotations(self.slo, window))

    def _unanswered_alert(self) -> Rule:
        window, asked = self.policy.hang_seconds, self.slo.sli.demand
        assert asked is not None
        texts = unanswered_annotations(self.slo, window)
        return self._none_answered(UNANSWERED_ALERT, "unanswered", asked, texts)

    def _none_answered(self, alert: str, tier: str, wanted: str, annotations: Mapping[str, str]) -> Rule:
        return {
            "alert": alert,
            "expr": none_answered_expression(wanted, self.events.total(self.policy.hang_seconds)),
            "for": "1m",
            "labels": self._alert_labels("page", tier),
            "annotations": annotations,
        }

    def _no_data_alert(self) -> Rule:
        return {
            "alert": NO_DATA_ALERT,
            "expr": self._absent(),
            "for": "10m",
            "labels": self._alert_labels("ticket", "no_data"),
            "annotations": no_data_annotations(self.slo, FIVE_MINUTES),
        }

    def _absent(self) -> str:
        events, sli = self.events, self.slo.sli
        counts = [events.total(FIVE_MINUTES)] + ([events.bad(FIVE_MINUTES)] if sli.bucket else [])
        return "\nor\n".join(f"absent({count})" for count in counts)
