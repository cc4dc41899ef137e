"""OpenSLO's alert policies as tiers."""

import pytest

from alerts.burnrate import factor
from alerts.compile import compile_slos, policies_of
from alerts.errors import SpecError
from tests.alerts.formats.openslo_specs import condition, document, load, put, spec


def policy(name: str = "fast", short: str | None = None, **content: object) -> dict:
    notes = {} if short is None else {"annotations": {"fireline/short-window": short}}
    inline = {"kind": "AlertCondition", "metadata": {"name": "c", **notes}, "spec": condition()}
    return {"metadata": {"name": name}, "spec": {"conditions": [inline], **content}}


def alerting(*policies: object) -> dict:
    return put(spec(), "spec.alertPolicies", list(policies))


def burning(content: dict) -> dict:
    return put(policy(), "spec.conditions.0.spec", content)


def test_a_tier_fires_where_openslo_says(tmp_path):
    (slo,) = load(
        tmp_path,
        alerting(policy(short="5m"), put(burning(condition(3, "1d", "10m")), "metadata.name", "slow")),
    )
    fast, slow = policies_of([slo])[slo.policy].tiers
    assert factor(fast, slo.period_seconds) == pytest.approx(14.4)
    assert (fast.long_seconds, fast.short_seconds, fast.severity) == (3600, 300, "page")
    assert (slow.name, slow.long_seconds, slow.short_seconds, slow.for_seconds) == (
        "slow",
        86_400,
        86_400,
        600,
    )
    assert factor(slow, slo.period_seconds) == pytest.approx(3)


def test_one_window_is_compared_once(tmp_path):
    slos = load(tmp_path, alerting(burning(condition(2, "30m", "5m"))))
    rules = [r for g in compile_slos(slos, policies_of(slos))["groups"] for r in g["rules"]]
    (alert,) = [rule for rule in rules if rule.get("alert") == "ErrorBudgetBurn"]
    assert alert["expr"].count(" > 2") == 1
    assert alert["for"] == "5m"


@pytest.mark.parametrize(
    ("word", "severity", "label"),
    [
        ("page", "page", None),
        ("critical", "page", "critical"),
        ("ticket", "ticket", None),
        ("sev3", "ticket", "sev3"),
    ],
)
def test_severities_are_pages_or_tickets_and_keep_their_word(tmp_path, word, severity, label):
    (slo,) = load(tmp_path, alerting(burning({**condition(), "severity": word})))
    (tier,) = slo.own_policy.tiers
    assert (tier.severity, tier.labels.get("openslo_severity")) == (severity, label)


def test_targets_are_a_label_of_the_alert(tmp_path):
    targets = [
        {"targetRef": "OnCall"},
        {"kind": "AlertNotificationTarget", "metadata": {"name": "chat"}, "spec": {"target": "slack"}},
    ]
    on_call = document("AlertNotificationTarget", "OnCall", target="email")
    slos = load(tmp_path, alerting(policy(notificationTargets=targets)), on_call)
    rules = [r for g in compile_slos(slos, policies_of(slos))["groups"] for r in g["rules"]]
    (alert,) = [rule for rule in rules if rule.get("alert") == "ErrorBudgetBurn"]
    assert alert["labels"]["notification_target"] == "OnCall,chat"


def test_a_policy_that_is_not_to_alert_of_breaches_has_no_tier(tmp_path):
    (slo,) = load(tmp_path, alerting(policy(alertWhenBreaching=False, alertWhenNoData=True)))
    assert slo.own_policy.tiers == ()


def test_each_slo_has_a_policy_of_its_own(tmp_path):
    other = put(alerting(burning(condition(2))), "metadata.name", "api")
    slos = load(tmp_path, alerting(policy()), other)
    assert len(policies_of(slos)) == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            alerting(burning(condition(op="lt"))),
            "alertPolicies.0.spec.conditions.0.spec.condition.op: expected 'gt'",
        ),
        (alerting(burning(condition(0))), "condition.threshold: expected"),
        (alerting(burning(condition(window="1M"))), "condition.lookbackWindow: expected a duration"),
        (
            alerting(burning({**condition(), "condition": {"kind": "latency"}})),
            "condition.kind: expected 'burnrate'",
        ),
        (alerting(burning({**condition(), "severity": "{{ x }}"})), "severity: expected text that matches"),
        (alerting(policy(short="1h")), "fireline/short-window: expected less than lookbackWindow"),
        (alerting(policy(), policy()), "spec.alertPolicies.1: expected a name used once: fast"),
        (alerting(policy(conditions=[])), "spec.conditions: expected at least 1 item"),
        (
            alerting(put(policy(), "alertPolicyRef", "x")),
            "expected either alertPolicyRef or metadata and spec",
        ),
        (alerting({"metadata": {"name": "x"}}), "expected either alertPolicyRef or metadata and spec"),
        (
            put(alerting(policy()), "metadata.annotations", {"fireline/policy": "workbook"}),
            "spec.alertPolicies: expected them or fireline/policy, found both",
        ),
    ],
)
def test_what_cannot_be_done_is_named(tmp_path, content, expected):
    with pytest.raises(SpecError) as error:
        load(tmp_path, content)
    assert expected in str(error.value)
    assert "\n" not in str(error.value)
