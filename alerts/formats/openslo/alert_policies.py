"""OpenSLO's alert policies as the tiers of one of ours."""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.documents import Document
from alerts.errors import SpecError
from alerts.formats.openslo.alert_kinds import (
    ConditionItem,
    ConditionSpec,
    PolicyItem,
    PolicySpec,
    TargetItem,
)
from alerts.formats.openslo.library import Library
from alerts.formats.openslo.metadata import ConditionMetadata, Metadata
from alerts.policy import LEAST_SHARE, Policy, Severity, Tier

_PAGES = ("page", "critical")
SEVERITY_LABEL = "openslo_severity"
TARGET_LABEL = "notification_target"


@dataclass(frozen=True)
class AlertRule:
    """One alert policy with what it refers to. key: the way to it in the document at ``place``."""

    place: str
    key: str
    name: str
    spec: PolicySpec
    condition: ConditionSpec
    condition_metadata: ConditionMetadata
    targets: tuple[str, ...]

    def tier(self, period_seconds: float) -> Tier | None:
        """Fires where the burn rate over the look-back window exceeds the threshold; None if it must not.

        Raises:
            SpecError: for a short window that is not below the look-back window.
        """
        if not self.spec.alert_when_breaching:
            return None
        condition, short = self.condition.condition, self.condition_metadata.annotations.short_window
        long = condition.lookback_window
        if short is not None and short >= long:
            raise SpecError(
                f"{self.place}: {self.key}: fireline/short-window: expected less than lookbackWindow"
            )
        share = condition.threshold * long / period_seconds
        if share < LEAST_SHARE:
            raise SpecError(f"{self.place}: {self.key}: threshold: expected a larger burn rate")
        word = self.condition.severity
        severity: Severity = "page" if word.lower() in _PAGES else "ticket"
        return Tier(
            self.name,
            long,
            long if short is None else short,
            share,
            severity,
            for_seconds=condition.alert_after,
            labels=self._labels(word, severity),
        )

    def _labels(self, word: str, severity: Severity) -> Mapping[str, str]:
        labels = {} if word == severity else {SEVERITY_LABEL: word}
        return {**labels, TARGET_LABEL: ",".join(self.targets)} if self.targets else labels


def own_policy(
    document: Document, name: str, items: list[PolicyItem], period_seconds: float, library: Library
) -> Policy:
    """The policy that an SLO's alert policies make up, a tier each.

    Raises:
        SpecError: for a reference that leads nowhere, a name used twice, or a condition that is wrong.
    """
    tiers: dict[str, Tier | None] = {}
    for number, item in enumerate(items):
        rule = _rule_of(document.place, f"spec.alertPolicies.{number}", item, library)
        if rule.name in tiers:
            key = f"spec.alertPolicies.{number}"
            raise SpecError(f"{document.place}: {key}: expected a name used once: {rule.name}")
        tiers[rule.name] = rule.tier(period_seconds)
    return Policy(name, tuple(tier for tier in tiers.values() if tier is not None))


def _rule_of(place: str, key: str, item: PolicyItem, library: Library) -> AlertRule:
    if item.alert_policy_ref is not None:
        place, policy = library.policy(item.alert_policy_ref, place, f"{key}.alertPolicyRef")
        return alert_rule(place, "spec", policy.metadata, policy.spec, library)
    assert item.metadata is not None  # the model demands it without a reference
    assert item.spec is not None
    return alert_rule(place, f"{key}.spec", item.metadata, item.spec, library)


def alert_rule(place: str, key: str, metadata: Metadata, spec: PolicySpec, library: Library) -> AlertRule:
    """An alert policy with its condition and its targets. key: the way to ``spec``.

    Raises:
        SpecError: for a reference that leads nowhere.
    """
    condition_metadata, condition = _condition(place, f"{key}.conditions.0", spec.conditions[0], library)
    targets = tuple(
        _target(place, f"{key}.notificationTargets.{number}", item, library)
        for number, item in enumerate(spec.notification_targets)
    )
    return AlertRule(place, key, metadata.name, spec, condition, condition_metadata, targets)


def _condition(
    place: str, key: str, item: ConditionItem, library: Library
) -> tuple[ConditionMetadata, ConditionSpec]:
    if item.condition_ref is not None:
        _, found = library.condition(item.condition_ref, place, f"{key}.conditionRef")
        return found.metadata, found.spec
    assert item.metadata is not None  # the model demands it without a reference
    assert item.spec is not None
    return item.metadata, item.spec


def _target(place: str, key: str, item: TargetItem, library: Library) -> str:
    """The name of a notification target; where it leads is for routing to say."""
    if item.target_ref is not None:
        _, found = library.target(item.target_ref, place, f"{key}.targetRef")
        return found.metadata.name
    assert item.metadata is not None  # the model demands it without a reference
    return item.metadata.name
