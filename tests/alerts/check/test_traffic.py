from dataclasses import replace

import pytest

from alerts.burnrate import Sampling, bad_events_needed, detection_seconds, firing_ratio_at
from alerts.check.analysis import Known, check
from alerts.check.rates import Traffic
from alerts.check.tiers import Pace, check_tiers
from alerts.check.traffic import traffic_findings
from alerts.policy import Policy, Tier, load_policy
from alerts.slo import Sli, SliKind, Slo, bad_counted

COUNTER = 'sum(increase(http_count{route="/o"%s}[$window]))'
TOTAL = COUNTER % ""
WEB = Slo(
    "web",
    "shop",
    0.99,
    Sli(SliKind.AVAILABILITY, bad_counted(COUNTER % ',code=~"5.."', TOTAL), TOTAL, "busy"),
)
FAST, HOUR = load_policy("default").tiers[:2]
SAMPLING = Sampling(15, 15)


def found(*tiers, per_second, slo=WEB):
    return traffic_findings(check_tiers(slo, tiers, Pace(), per_second))


def rules(*tiers, per_second, slo=WEB):
    return [(one.level, one.rule) for one in found(*tiers, per_second=per_second, slo=slo)]


def test_plenty_of_traffic_is_as_without():
    assert rules(FAST, HOUR, per_second=100) == []
    assert detection_seconds(FAST, WEB, 0.5, SAMPLING, 1e6) == pytest.approx(
        detection_seconds(FAST, WEB, 0.5, SAMPLING), abs=0.1
    )


def test_floor_is_reached_with_its_tenth_bad_event():
    assert bad_events_needed(FAST, WEB, 0.2, SAMPLING).long == 10
    assert detection_seconds(FAST, WEB, 1.0, SAMPLING, 0.2) == pytest.approx(10 / 0.2 + 15)


def test_floor_that_the_window_cannot_hold_is_never_reached():
    assert detection_seconds(FAST, WEB, 1.0, SAMPLING, 0.03) is None
    assert firing_ratio_at(FAST, WEB, 0.03, SAMPLING) is None


def test_floor_that_another_page_covers_is_a_warning():
    (finding,) = found(FAST, HOUR, per_second=0.02)
    assert (finding.level, finding.rule) == ("warning", "cannot-fire-at-traffic")
    assert finding.message == (
        "web: tier fast cannot fire at 1.2/m: it wants 10 bad events in 5m and 1 in 1m, of 6; "
        "tier 1h still can, after 9m25s of full outage"
    )


def test_floor_that_no_other_covers_is_an_error():
    ticket = replace(HOUR, severity="ticket")
    assert ("error", "cannot-fire-at-traffic") in rules(FAST, ticket, per_second=0.02)


def test_blind_spot_of_a_floor_is_told_where_no_other_tier_covers_it():
    assert rules(FAST, per_second=0.1) == [("warning", "floor-blind-spot")]
    (narrow,) = found(FAST, per_second=0.2)
    assert "blind to error ratios of 12 % to 15.79 %" in narrow.message
    lower = replace(HOUR, min_error_ratio=0.0, budget_share=0.01)
    assert rules(FAST, lower, per_second=0.1) == []


def test_one_failure_pages_at_night():
    assert ("warning", "one-failure-pages") in rules(HOUR, per_second=5 / 3600)
    assert ("warning", "one-failure-pages") not in rules(replace(HOUR, min_bad_events=2), per_second=5 / 3600)
    assert ("warning", "one-failure-pages") not in rules(
        replace(HOUR, severity="ticket"), per_second=5 / 3600
    )


def test_one_failure_fires_at_any_ratio():
    assert firing_ratio_at(HOUR, WEB, 5 / 3600, SAMPLING) == 0
    assert detection_seconds(HOUR, WEB, 0.01, SAMPLING, 5 / 3600) == pytest.approx(72_015)


def test_first_failures_are_lost_only_where_few_count_and_a_label_tells_them():
    assert ("warning", "born-counter") in rules(HOUR, per_second=0.01)
    assert ("warning", "born-counter") not in rules(HOUR, per_second=0.1)
    other = replace(WEB.sli, bad=bad_counted("sum(increase(failed_total[$window]))", TOTAL))
    assert ("warning", "born-counter") not in rules(HOUR, per_second=0.01, slo=replace(WEB, sli=other))


@pytest.mark.parametrize(
    ("is_known", "said"),
    [
        (False, "is lost; export it from the start, at 0, or with its created time (OpenMetrics)"),
        (True, "is lost in a Prometheus without the feature created-timestamp-zero-ingestion; its created"),
    ],
)
def test_created_times_are_told_of_a_counter_that_is_born(is_known, said):
    created = frozenset({("shop", "web")} if is_known else ())
    known = Known(traffic=Traffic(0.01), created=created)
    findings = check([WEB], {"default": Policy("p", (HOUR,))}, known).findings
    (message,) = (one.message for one in findings if one.rule == "born-counter")
    assert said in message


def test_ratio_of_rates_has_no_events_to_count():
    slo = replace(WEB, sli=replace(WEB.sli, counts_events=False))
    assert rules(FAST, HOUR, per_second=0.001, slo=slo) == []
    assert detection_seconds(FAST, slo, 1.0, SAMPLING, 0.001) == detection_seconds(FAST, slo, 1.0, SAMPLING)


def test_full_outage_never_exceeds_a_limit_of_one():
    tier = Tier("t", 3600, 300, 1 / 7.2, "page")  # exactly 1 at 99 %
    assert detection_seconds(tier, WEB, 1.0, SAMPLING, 0.01) is None


def test_a_tier_that_wants_more_slices_than_it_holds_is_told_once():
    minutes = replace(WEB, sli=replace(WEB.sli, slice_seconds=60.0))
    checked = check([minutes], {"default": load_policy("default")}, Known(traffic=Traffic(1 / 60)))
    told = [one.rule for one in checked.findings if "tier fast" in one.message]
    assert told == ["too-few-slices"]
