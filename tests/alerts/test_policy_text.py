from dataclasses import replace

import pytest

from alerts.check.proposals import proposed_policy
from alerts.check.tiers import Pace, check_tiers
from alerts.compile import policies_of
from alerts.policy import Policy, Tier, built_in_names, load_policy
from alerts.policy_text import policy_yaml
from tests.alerts.formats.openslo_specs import condition, load, put, spec


def read_back(tmp_path, policy):
    path = tmp_path / "written.yml"
    path.write_text(policy_yaml(policy, "why"))
    return load_policy(str(path))


@pytest.mark.parametrize("name", built_in_names())
def test_built_in_policies_read_back_as_they_are(tmp_path, name):
    assert read_back(tmp_path, load_policy(name)).tiers == load_policy(name).tiers


@pytest.fixture
def openslo(tmp_path):
    """Of one window, with a label for its word of severity and one for where it leads."""
    inline = {
        "kind": "AlertCondition",
        "metadata": {"name": "c"},
        "spec": {**condition(), "severity": "sev1"},
    }
    target = {"kind": "AlertNotificationTarget", "metadata": {"name": "chat"}, "spec": {"target": "slack"}}
    alert = {
        "metadata": {"name": "fast.burn"},
        "spec": {"conditions": [inline], "notificationTargets": [target]},
    }
    (slo,) = load(tmp_path, put(spec(), "spec.alertPolicies", [alert]))
    return slo, policies_of([slo])[slo.policy]


def test_openslos_policies_read_back_with_one_window_and_their_labels(tmp_path, openslo):
    _, policy = openslo
    (tier,) = policy.tiers
    assert tier.short_seconds == tier.long_seconds
    assert tier.labels
    assert read_back(tmp_path, policy) == policy


def test_what_is_proposed_instead_of_openslos_policies_reads_back(tmp_path, openslo):
    slo, policy = openslo
    low = replace(slo, objective=0.9)
    better = proposed_policy(low, policy, check_tiers(low, policy.tiers, Pace()))
    assert better is not None
    assert better.tiers[0].budget_share < policy.tiers[0].budget_share
    assert read_back(tmp_path, better) == better


def test_every_key_is_written(tmp_path):
    tier = Tier("t", 3600.0, 300.0, 1 / 720, "page", 60.0, 120.0, 0.12, 10, {"team": "core"})
    assert read_back(tmp_path, Policy("p", (tier,))) == Policy("p", (tier,))
