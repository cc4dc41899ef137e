import re
from dataclasses import replace

import pytest

from alerts.check.analysis import Known, check
from alerts.policy import Policy, Tier, load_policy
from alerts.slo import Sli, SliKind, Slo, bad_beyond, bad_counted

TIER = Tier("1h", 3600, 300, 0.02, "page")


def rules(slo, *tiers, known=None):
    policy = Policy("p", tiers) if tiers else load_policy("default")
    return [(one.level, one.rule) for one in check([slo], {"default": policy}, known).findings]


def counted(bad, total, **more):
    queries = [f"sum(increase({selector}[$window]))" for selector in (bad, total)]
    sli = Sli(SliKind.AVAILABILITY, bad_counted(*queries), queries[1], "busy")
    return Slo("web", "shop", 0.99, sli, **more)


@pytest.mark.parametrize(
    ("bad", "total", "differ"),
    [
        ('a{job="x",code=~"5.."}', 'a{job="x"}', False),
        ('a{job="y",code=~"5.."}', 'a{job="x"}', True),
        ('a{job=~"y|z"}', 'a{job="x"}', True),
        ('a{job=~"x|z"}', 'a{job="x"}', False),
        ('a{code=~"5.."}', 'a{job="x"}', True),
        ('failed_total{code=~"5.."}', 'a{job="x"}', False),
        ('a{code="429"}', 'a{code!~"429|503"}', True),
        ('h_bucket{le="1.0",job="x"}', 'h_count{job="x"}', False),
        ('h_bucket{le="1.0"}', 'h_count{job="x"}', True),
    ],
)
def test_parts_of_a_ratio_with_labels_that_do_not_go_together(bad, total, differ):
    assert (("warning", "labels-differ") in rules(counted(bad, total))) is differ


def test_an_objective_of_100_has_one_finding_and_no_tiers():
    slo = counted("a", "b")
    checked = check([replace(slo, objective=1.0)], {"default": load_policy("default")})
    assert ([one.rule for one in checked.findings], checked.tiers) == (["objective-100"], ())


@pytest.mark.parametrize(("bound", "found"), [("0", True), ("0.0", True), ("0|0.0", True), ("0.1", False)])
def test_latency_threshold_of_nothing(bound, found):
    total = "sum(increase(h_count[$window]))"
    bad = bad_beyond(f'sum(increase(h_bucket{{le=~"{bound}"}}[$window]))', total)
    slo = Slo("web", "shop", 0.99, Sli(SliKind.LATENCY, bad, total, "busy", 0.1))
    assert (("error", "threshold-zero") in rules(slo)) is found


def test_a_tier_that_any_error_fires():
    tier = replace(TIER, long_seconds=86_400 * 29, budget_share=1e-9)
    assert ("warning", "threshold-zero") in rules(replace(counted("a", "b"), objective=0.999999), tier)
    assert ("warning", "threshold-zero") not in rules(counted("a", "b"), TIER)


def test_half_an_outage_should_fire_a_tier():
    slo = replace(counted("a", "b"), objective=0.95)
    assert rules(slo, TIER) == [("warning", "barely-reachable")]


@pytest.mark.parametrize(
    ("retention", "found"),
    [
        (40 * 86_400.0, []),
        (20 * 86_400.0, [("warning", "beyond-retention")]),
        (2000.0, [("warning", "beyond-retention")] * 2),
        (400.0, [("error", "beyond-retention"), ("warning", "beyond-retention")]),
    ],
)
def test_windows_that_the_retention_cannot_hold(retention, found):
    assert rules(counted("a", "b"), TIER, known=Known(retention_seconds=retention)) == found


@pytest.mark.parametrize("rule", ["barely-reachable", "fires-within-budget", "unreachable-tier"])
@pytest.mark.parametrize("long_seconds", [3600, 6 * 3600, 86_400])
def test_the_budget_share_that_a_finding_names_is_a_cure(rule, long_seconds):
    objective, share = {
        "barely-reachable": (0.95, 14 * long_seconds / (30 * 86_400)),
        "fires-within-budget": (0.99, 0.3 * long_seconds / (30 * 86_400)),
        "unreachable-tier": (0.9, 14 * long_seconds / (30 * 86_400)),
    }[rule]
    slo = replace(counted("a", "b"), objective=objective)
    tier = replace(TIER, long_seconds=long_seconds, budget_share=share)
    told = check([slo], {"default": Policy("p", (tier,))}).findings
    (message,) = [finding.message for finding in told if finding.rule == rule]
    named = float(re.search(r"budget_share (?:of|below) ([0-9.e-]+)", message)[1])
    cured = replace(tier, budget_share=named * (1 if rule == "fires-within-budget" else 0.999))
    assert rule not in [name for _, name in rules(slo, cured)]
