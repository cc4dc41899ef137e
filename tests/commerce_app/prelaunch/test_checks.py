import json
import math

import pytest

from commerce_app.prelaunch.checklist import go_through, report_json, report_text
from commerce_app.prelaunch.observed import (
    Drilled,
    PageState,
    Prewarmed,
    RedisHealth,
    StaleAges,
    Supplies,
    Unseen,
)
from commerce_app.prelaunch.verdict import Check, Verdict, overall
from commerce_app.resilience.rate_profiles import PAGES, PROFILES, Profile
from tests.commerce_app.prelaunch.campaigns import AT, STARTS_AT, campaign, ready, slo

GO, NO_GO, UNKNOWN = Verdict
DAY = 86_400
NOBODY = Unseen("no answer")
VALID = STARTS_AT.timestamp() + 1


def switched(**states):
    return {**ready().switches, **states}


def checked(name, seen, **changes):
    (check,) = [each for each in go_through(campaign(**changes), seen) if each.name == name]
    return check


def test_all_is_well():
    checks = go_through(campaign(), ready())
    assert {check.verdict for check in checks} == {GO}
    assert overall(checks) is GO


@pytest.mark.parametrize(
    ("name", "changes", "verdict", "measured"),
    [
        ("start", {"at": STARTS_AT.timestamp() - 1800}, GO, "in 30 min"),
        ("start", {"at": STARTS_AT.timestamp() - 1860}, NO_GO, "in 31 min"),
        ("start", {"at": STARTS_AT.timestamp() + 60}, NO_GO, "1 min ago"),
        ("pre-warmed", {"prewarmed": Prewarmed(4, 5, 0)}, NO_GO, "4 of 5 keys loaded, 0 not stored"),
        ("pre-warmed", {"prewarmed": Prewarmed(5, 5, 2)}, NO_GO, "5 of 5 keys loaded, 2 not stored"),
        ("served from cache", {"pages": {1: PageState.COLD, 2: PageState.WARM}}, NO_GO, "no hit: products 1"),
        (
            "served from cache",
            {"pages": {1: PageState.WARM, 2: PageState.UNCLEAR}},
            UNKNOWN,
            "others read meanwhile: products 2 may be no hit",
        ),
        ("protections", {"switches": switched(local_tier=False)}, NO_GO, "off: local_tier"),
        (
            "protections",
            {"switches": switched(local_tier=None)},
            UNKNOWN,
            "the shop does not say: local_tier",
        ),
        ("rate limits", {"switches": switched(spike_profile=False)}, NO_GO, "off: spike_profile"),
        ("rate limits", {"switches": switched(rate_limits=False)}, NO_GO, "off: rate_limits"),
        (
            "rate limits",
            {"switches": {"local_tier": True}},
            UNKNOWN,
            "the shop does not say: rate_limits, spike_profile",
        ),
        (
            "stock",
            {"supplies": Supplies({1: 499})},
            NO_GO,
            "product 1: 499 of 500, product 2: none such of 300",
        ),
        ("coupon", {"supplies": Supplies({}, 499, VALID)}, NO_GO, "499 left"),
        ("coupon", {"supplies": Supplies({}, 500, VALID - 1)}, NO_GO, "500 left, expired by then"),
        ("coupon", {"supplies": Supplies({})}, NO_GO, "no such coupon"),
        (
            "redis",
            {"redis": RedisHealth(9, 0.06, 0, True)},
            NO_GO,
            "0 errors, 60.0 ms over 9 calls, breaker closed",
        ),
        (
            "redis",
            {"redis": RedisHealth(9, 0.01, 1, True)},
            NO_GO,
            "1 errors, 10.0 ms over 9 calls, breaker closed",
        ),
        (
            "redis",
            {"redis": RedisHealth(0, 0, 0, False)},
            NO_GO,
            "0 errors, 0.0 ms over 0 calls, breaker not closed",
        ),
        ("redis", {"redis": RedisHealth(0, 0, 0, True)}, UNKNOWN, "the shop called Redis not once meanwhile"),
        ("replica", {"replica_behind_seconds": 5.0}, GO, "5.0 s behind"),
        ("replica", {"replica_behind_seconds": 5.1}, NO_GO, "5.1 s behind"),
        ("replica", {"replica_behind_seconds": math.nan}, NO_GO, "does not answer"),
        ("stale age", {"stale": StaleAges(4, 1, 60)}, NO_GO, "1 of 4 stale answers older than 60 s"),
        ("error budgets", {"slos": (slo(0.8), slo(0.09))}, NO_GO, "order/availability low (9%)"),
        ("error budgets", {"slos": (slo(-0.2),)}, NO_GO, "order/availability spent (0%)"),
        ("error budgets", {"slos": (slo(0.8), slo(None))}, UNKNOWN, "no data: order/availability"),
        ("error budgets", {"slos": ()}, UNKNOWN, "no data: Fireline has no objective"),
        ("error budgets", {"slos": (slo(0.8), slo(0.5))}, GO, "2 ok, least left 50%: order/availability"),
        ("drills", {"drills": {"banner-spike": Drilled(True, AT - 7 * DAY)}}, GO, "passed 7.0 days ago"),
        (
            "drills",
            {"drills": {"banner-spike": Drilled(True, AT - 8 * DAY)}},
            NO_GO,
            "passed 8.0 days ago",
        ),
        (
            "drills",
            {"drills": {"banner-spike": Drilled(False, AT)}},
            NO_GO,
            "failed 0.0 days ago: banner-spike",
        ),
        (
            "drills",
            {"drills": {"banner-spike": Drilled(True, None)}},
            UNKNOWN,
            "no ended_at that is past: banner-spike",
        ),
        (
            "drills",
            {"drills": {"banner-spike": Drilled(True, AT + DAY)}},
            UNKNOWN,
            "no ended_at that is past: banner-spike",
        ),
        ("drills", {"drills": {"banner-spike": Drilled(True, AT + 1)}}, GO, "passed 0.0 days ago"),
        (
            "drills",
            {"drills": {"banner-spike": Drilled(False, None)}},
            NO_GO,
            "failed at some time: banner-spike",
        ),
        ("drills", {"drills": {"other": Drilled(True, AT)}}, UNKNOWN, "no result of banner-spike"),
        ("drills", {"drills": {"banner-spike": NOBODY}}, UNKNOWN, "no answer"),
        ("drilled traffic", {"drills": {"banner-spike": Drilled(True, AT, 271)}}, NO_GO, "271 requests/s"),
        (
            "drilled traffic",
            {"drills": {"banner-spike": Drilled(True, AT)}},
            UNKNOWN,
            "no result says what it offered (offered_rps): banner-spike",
        ),
    ],
)
def test_a_line_says_what_was_measured(name, changes, verdict, measured):
    check = checked(name, ready(**changes))
    assert (check.verdict, check.measured) == (verdict, measured)


def test_what_does_not_answer_is_unknown_and_says_why():
    looks = ("switches", "prewarmed", "pages", "supplies", "redis", "replica_behind_seconds", "stale")
    looked_at = dict.fromkeys((*looks, "slos", "drills"), NOBODY)
    checks = go_through(campaign(), ready(**looked_at))
    judged = {check.name for check in checks if check.verdict is not UNKNOWN}
    assert judged == {"start"}
    assert {check.measured for check in checks if check.name != "start"} == {"no answer"}


def test_a_campaign_without_a_coupon_needs_none():
    assert checked("coupon", ready(supplies=NOBODY), coupon=None).verdict is GO


def test_limits_that_would_turn_the_banner_away_are_no_go():
    let_in = PROFILES[Profile.SPIKE][PAGES].route.per_second
    check = checked("rate limits", ready(), expected_rps={"normal": let_in, "factor": 2})
    assert (check.verdict, check.measured) == (NO_GO, f"on, {let_in:g} pages/s let in")


def test_many_names_are_cut_and_counted():
    pages = dict.fromkeys(range(1, 21), PageState.COLD)
    measured = checked("served from cache", ready(pages=pages)).measured
    assert measured == "no hit: products 1, 2, 3, 4, 5, 6, 7, 8 and 12 more"


@pytest.mark.parametrize(
    ("verdicts", "expected", "exit_code"),
    [((GO, GO), GO, 0), ((GO, UNKNOWN), UNKNOWN, 3), ((UNKNOWN, NO_GO, GO), NO_GO, 1), ((), UNKNOWN, 3)],
)
def test_what_is_known_to_be_wrong_goes_before_what_nobody_knows(verdicts, expected, exit_code):
    found = overall(Check("line", verdict, "", "") for verdict in verdicts)
    assert (found, found.exit_code) == (expected, exit_code)


def test_the_text_has_what_was_measured_and_expected_of_each_line():
    checks = go_through(campaign(), ready(replica_behind_seconds=9.0))
    text = report_text(campaign(), checks)
    assert text.startswith("autumn: no go\n")
    assert "  no go    replica: 9.0 s behind\n           expected: at most 5 s behind\n" in text
    assert text.count("expected:") == len(checks)


def test_the_json_has_the_same():
    checks = go_through(campaign(), ready())
    report = json.loads(report_json(campaign(), checks, AT))
    assert (report["campaign"], report["verdict"]) == ("autumn", "go")
    assert report["at"] == "2025-09-03T00:50:00+00:00"
    assert [check["name"] for check in report["checks"]] == [check.name for check in checks]
