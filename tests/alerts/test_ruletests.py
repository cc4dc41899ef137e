"""The tests beside compiled rules, judged by ``fireline collector test-rules``."""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from alerts.compile import BURN_ALERT, HANG_ALERT, NO_DATA_ALERT, compile_slos
from alerts.policy import Policy, load_policy
from alerts.rules_text import rules_yaml
from alerts.ruletests import rule_tests
from alerts.slo import Sli, SliKind, Slo
from collector.cli import collector

TOTAL = "sum(increase(all_total[$window]))"
BUSY = Sli(SliKind.AVAILABILITY, "sum(increase(bad_total[$window]))", TOTAL, 'sum(busy{job=~"a|b"})')
WEB = Slo("web", "shop", 0.999, BUSY)
TIERS = {tier.name: tier for tier in load_policy("default").tiers}


def judged(slo, tiers, folder, without=""):
    """The verdict after ``without`` was taken out of the rules that the tests were written for."""
    policies = {slo.policy: Policy("some", tuple(TIERS[name] for name in tiers))}
    rules = compile_slos([slo], policies)
    tests = rule_tests([slo], policies, "r.yml", rules)
    for group in rules["groups"]:
        group["rules"] = [rule for rule in group["rules"] if rule.get("alert") != without]
    (folder / "r.yml").write_text(rules_yaml(rules))
    (folder / "t.yml").write_text(rules_yaml(tests))
    return CliRunner().invoke(collector, ["test-rules", str(folder / "t.yml")]).output


@pytest.mark.parametrize("target", [0.9, 0.999, 0.999999, 0.999999999])
def test_rules_pass_at_any_target(tmp_path, target):
    assert "SUCCESS" in judged(replace(WEB, objective=target), ["fast", "3d"], tmp_path)


@pytest.mark.parametrize("alert", [HANG_ALERT, BURN_ALERT, NO_DATA_ALERT])
def test_a_rule_that_is_gone_fails_them(tmp_path, alert):
    assert "FAILED" in judged(WEB, ["fast"], tmp_path, without=alert)


def test_a_hang_that_no_series_are_known_for_is_not_tested(tmp_path):
    slo = replace(WEB, sli=replace(BUSY, in_flight='sum(busy{job=~"[a-z]"})'))
    assert "SUCCESS" in judged(slo, ["fast"], tmp_path, without=HANG_ALERT)


def test_a_tier_that_waits_long_is_tested_in_few_steps(tmp_path):
    waits = Policy("some", (replace(TIERS["1h"], for_seconds=3600.0),))
    rules = compile_slos([WEB], {WEB.policy: waits})
    (tmp_path / "r.yml").write_text(rules_yaml(rules))
    tests = rule_tests([WEB], {WEB.policy: waits}, "r.yml", rules)
    (tmp_path / "t.yml").write_text(rules_yaml(tests))
    assert tests["evaluation_interval"] == "60s"
    assert "SUCCESS" in CliRunner().invoke(collector, ["test-rules", str(tmp_path / "t.yml")]).output
