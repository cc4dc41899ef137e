import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from alerts.burnrate import detection_seconds
from alerts.check.analysis import Known, check
from alerts.check.lint import blind_tiers
from alerts.check.tiers import Pace
from alerts.policy import Policy, Tier, load_policy
from alerts.slo import Alerting, AlertTexts, Sli, SliKind, Slo


def slo(objective: float, *, in_flight: str | None = "sum(busy)") -> Slo:
    return Slo("web", "shop", objective, Sli(SliKind.AVAILABILITY, "bad", "total", in_flight))


def findings(objective: float, policy: str = "default", **more: object) -> list[tuple[str, str]]:
    checked = check([slo(objective, **more)], {"default": load_policy(policy)})
    return [(finding.level, finding.rule) for finding in checked.findings]


def test_a_sound_objective_has_no_findings():
    assert findings(0.99) == []


@pytest.mark.parametrize(("policy", "found"), [("workbook", ["1d", "3d"]), ("weekly", [])])
def test_a_month_s_shares_fire_within_a_week_s_budget(policy, found):
    week = replace(slo(0.99), period_seconds=7 * 86_400.0)
    checked = check([week], {"default": load_policy(policy)})
    told = [finding for finding in checked.findings if finding.rule == "fires-within-budget"]
    assert [finding.message.split()[2] for finding in told] == found
    assert all("the built-in policy weekly is made for periods of a week" in one.message for one in told)
    assert not checked.has_errors


def test_ninety_percent_is_out_of_reach_of_the_fast_tiers():
    checked = check([slo(0.9)], {"default": load_policy("workbook")})
    assert [tier.tier.name for tier in checked.tiers if not tier.can_fire] == ["1h"]
    assert checked.has_errors
    assert checked.findings[0].message == (
        "web: tier 1h cannot fire: it wants an error ratio above 144 %; "
        "with a budget_share below 0.01389 (now 0.02) it can"
    )


def test_the_share_that_is_proposed_can_fire():
    tier = Tier("1h", 3600, 300, 0.0138, "page")
    found = check([slo(0.9)], {"default": Policy("p", (tier,))}).findings
    assert [finding.rule for finding in found] == ["barely-reachable"]


def test_without_any_page_in_reach_says_so():
    assert ("error", "never-pages") in findings(0.5, "workbook")


@pytest.mark.parametrize(
    ("disabled", "left"),
    [(["page"], ["1d", "3d"]), (["ticket"], ["1h", "6h"]), (["page", "ticket"], [])],
)
def test_tiers_of_severities_that_a_spec_disables_are_no_tiers(disabled, left):
    off = Alerting(by_severity={severity: AlertTexts(disabled=True) for severity in disabled})
    checked = check([replace(slo(0.99), alerting=off)], {"default": load_policy("workbook")})
    assert [tier.tier.name for tier in checked.tiers] == left
    told = [finding.level for finding in checked.findings if finding.rule == "never-pages"]
    assert told == (["warning"] if "page" in disabled else [])


def test_a_proposed_policy_keeps_the_tiers_that_a_spec_disables():
    off = Alerting(by_severity={"ticket": AlertTexts(disabled=True)})
    checked = check([replace(slo(0.9), alerting=off)], {"default": load_policy("workbook")})
    assert [tier["name"] for tier in yaml.safe_load(checked.proposed["web"])["tiers"]] == [
        "1h",
        "6h",
        "1d",
        "3d",
    ]


def test_warns_of_pages_at_deploys():
    assert ("warning", "pages-on-deploy") in findings(0.9999, "workbook")


def test_warns_where_a_hang_looks_idle():
    assert findings(0.99, in_flight=None) == [("warning", "hang-looks-idle")]


@pytest.mark.parametrize(
    ("matcher", "warned"),
    [('le="1"', True), ('job="a", le = "10"', True), ('le="1.0"', False), ('le=~"1|1.0"', False)],
)
def test_warns_of_a_bound_that_python_writes_otherwise(matcher, warned):
    bad = f"sum(increase(took_bucket{{{matcher}}}[$window]))"
    web = Slo("web", "shop", 0.99, Sli(SliKind.LATENCY, bad, "total", "sum(busy)"))
    found = check([web], {"default": load_policy("default")}).findings
    assert [finding.rule for finding in found] == (["integer-bucket"] if warned else [])
    assert all('le=~"1' in finding.message for finding in found)


def test_warns_of_tiers_that_see_one_scrape():
    checked = check([slo(0.99)], {"default": load_policy("default")}, Known(Pace(60)))
    assert not checked.has_errors
    assert [finding.to_json() for finding in checked.findings] == [
        {
            "level": "warning",
            "rule": "blind-tier",
            "message": "web: tier fast is blind at a scrape interval of 1m: its short window of 1m "
            "needs two samples, a scrape each 30s at least",
        }
    ]


@pytest.mark.parametrize(("seconds", "blind"), [(30, False), (30.5, True)])
def test_two_scrapes_in_the_short_window_are_enough(seconds, blind):
    assert bool(blind_tiers([load_policy("default")], {"shop": seconds})) is blind


def test_line_on_blind_tiers_names_them_and_the_slow_jobs():
    policies = [load_policy("default"), load_policy("workbook")]
    assert blind_tiers(policies, {"shop": 15.0, "stack": 60.0, "db": 200.0}) == (
        "tiers that cannot fire on jobs scraped too seldom: default/fast, default/1h, workbook/1h; "
        "want a scrape_interval of 30s or less for stack (1m), db (3m20s)"
    )
    assert blind_tiers(policies, {}) == ""


def test_json_has_what_scripts_read():
    checked = check([slo(0.99)], {"default": load_policy("default")}).to_json()
    fast = checked["tiers"][0]
    assert {
        key: fast[key] for key in ("slo", "tier", "long", "short", "factor", "can_fire", "detect_seconds")
    } == {
        "slo": "web",
        "tier": "fast",
        "long": "5m",
        "short": "1m",
        "factor": 12.0,
        "can_fire": True,
        "detect_seconds": {"1": 49.2, "0.1": None, "0.01": None},
    }
    assert checked["findings"] == []


@pytest.mark.parametrize("objective", [0.95, 0.99, 0.999])
def test_more_errors_are_found_sooner(objective):
    tiers = check([slo(objective)], {"default": load_policy("default")}).tiers
    for tier in (tier for tier in tiers if tier.can_fire):
        ratios = np.linspace(tier.start_ratio, 1.0, 6)[1:]
        times = [detection_seconds(tier.tier, tier.slo, ratio, tier.sampling) for ratio in ratios]
        assert all(later > sooner for later, sooner in pairwise(times))
        assert times[-1] == tier.detect_seconds[1.0]
    assert sum(tier.can_fire for tier in tiers) >= 4


def test_two_services_may_have_an_objective_of_one_name():
    both = [slo(0.9), replace(slo(0.95), service="mail")]
    found = check(both, {"default": load_policy("workbook")})
    assert list(found.proposed) == ["shop-web", "mail-web"]


@pytest.mark.parametrize("module", sorted(Path("alerts/check").glob("*.py")), ids=lambda path: path.stem)
def test_every_rule_is_documented(module):
    documented = Path("docs/slos.md").read_text(encoding="utf-8")
    rules = re.findall(r'"([a-z]+(?:-[a-z0-9]+)+)", (?:f"|message)', module.read_text(encoding="utf-8"))
    assert [rule for rule in rules if f"| `{rule}` |" not in documented] == []
