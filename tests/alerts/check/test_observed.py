from dataclasses import replace

import numpy as np
import pytest

from alerts.check.analysis import Known, check
from alerts.check.observed import HOUR, Observed
from alerts.check.rates import Traffic
from alerts.check.report import _observed
from alerts.policy import Policy, load_policy
from alerts.slo import Sli, SliKind, Slo

WEB = Slo("web", "shop", 0.99, Sli(SliKind.AVAILABILITY, "bad", "total", "busy"), policy="p")
WORKBOOK = load_policy("workbook")
DAYS = 10


def hours(ratio=0.002, per_hour=36_000.0, days=DAYS):
    total = np.full(24 * days, per_hour)
    return Observed(24 * days * HOUR, total * ratio, total)


def with_hour(observed, at, ratio):
    bad = observed.bad.copy()
    bad[at] = ratio * observed.total[at]
    return replace(observed, bad=bad)


def found(observed, slo=WEB, policy=WORKBOOK, **known):
    return check([slo], {"p": policy}, Known(observed={("shop", "web"): observed}, **known))


def rules(*args, **more):
    return [(one.level, one.rule) for one in found(*args, **more).findings]


def test_a_month_within_its_objective_is_fine():
    assert rules(hours()) == []


def test_traffic_and_worst_hour_are_told():
    observed = with_hour(hours(), 100, 0.3)
    assert observed.median_per_second == observed.lowest_per_second == 10
    assert observed.worst_hour == (pytest.approx(0.3), 101 * HOUR)
    assert observed.error_ratio == pytest.approx(0.002 + 0.298 / 240)
    told = observed.to_json(WEB)
    assert told["worst_hour"] == {"error_ratio": 0.3, "end": "1970-01-05T05:00Z"}


def test_an_hour_that_is_nearly_idle_is_not_the_worst():
    observed = with_hour(hours(), 100, 0.03)
    total, bad = observed.total.copy(), observed.bad.copy()
    total[50], bad[50] = 2, 2
    assert Observed(observed.end, bad, total).worst_hour[1] == 101 * HOUR


def test_the_worst_hour_of_a_service_that_never_failed_is_one_with_events():
    nothing = np.full(30, np.nan)
    observed = Observed(60 * HOUR, np.append(nothing, np.zeros(30)), np.append(nothing, np.full(30, 3600.0)))
    assert observed.worst_hour == (0.0, 31 * HOUR)
    assert observed.to_json(WEB)["worst_hour"]["error_ratio"] == 0
    assert "0 % of errors in 30 hours, 0 % in the worst" in _observed(observed)


def test_windows_sum_events_not_ratios():
    observed = Observed(2 * HOUR, np.array([1.0, 50.0]), np.array([1.0, 99.0]))
    assert observed.ratios(2 * HOUR)[-1] == pytest.approx(0.51)
    assert observed.ratios(300)[0] == 1


def test_hours_without_data_are_unknown():
    observed = Observed(3 * HOUR, np.array([np.nan, 5, np.nan]), np.array([np.nan, 10, 0]))
    assert (observed.error_ratio, int(observed.known.sum())) == (0.5, 1)
    nothing = Observed(HOUR, np.array([np.nan]), np.array([np.nan]))
    assert rules(nothing) == []
    assert nothing.to_json(WEB) == {"slo": "web", "service": "shop", "hours": 0, "recorded_seconds": 0}


def young(ratio, minutes):
    """A store that began some minutes ago, at ten events a second."""
    total = np.full(24, np.nan)
    total[-1] = 600.0 * minutes
    return Observed(24 * HOUR, total * ratio, total, 60.0 * minutes)


def test_traffic_of_a_young_store_is_that_of_the_time_recorded():
    observed = young(0.5, 8)
    assert (observed.median_per_second, observed.recorded_seconds) == (10, 480)
    assert _observed(observed) == (
        "50 % of errors at 10/s (8 min recorded: less than a day does not say what is normal)"
    )


def test_hours_before_the_first_are_not_recorded_and_idle_ones_are():
    total = np.array([np.nan, 360.0, np.nan, 3600.0])
    observed = Observed(4 * HOUR, total * 0, total, 360.0)
    assert (observed.recorded_seconds, observed.lowest_per_second) == (360 + 2 * HOUR, 1)


@pytest.mark.parametrize(
    ("hours", "burns", "missed"), [(23, False, False), (24, True, False), (72, True, True)]
)
def test_what_is_normal_wants_a_least_history(hours, burns, missed):
    total = np.full(hours, 36_000.0)
    told = [rule for _, rule in rules(Observed(hours * HOUR, total * 0.2, total))]
    assert ("always-burning" in told, "objective-never-met" in told) == (burns, missed)


def test_errors_that_are_normal_burn_a_tier_always():
    found_ones = found(hours(0.005), replace(WEB, objective=0.999)).findings
    burning = [one for one in found_ones if one.rule == "always-burning"]
    assert [(one.level, one.message.split(" is ")[0]) for one in burning] == [
        ("warning", "web: tier 1d"),
        ("warning", "web: tier 3d"),
    ]
    assert "than its limit of 0.3 %; 0.5 % is normal here: promise" in burning[0].message


def test_a_page_that_burns_always_is_an_error():
    assert ("error", "always-burning") in rules(hours(0.2))


def test_a_worst_hour_that_no_page_can_fire_at():
    (finding,) = found(with_hour(hours(), 100, 0.08)).findings
    assert finding.rule == "silent-at-worst-hour"
    assert finding.message.startswith(
        "web: no page can fire at your worst hour, to 1970-01-05T05:00Z: 8 % of errors where the objective "
        "allows 1 %; pages want 14.4 % over 1h, 6 % over 6h"
    )
    assert rules(with_hour(hours(), 100, 0.2)) == []


def test_the_worst_hour_may_fire_a_longer_window_later():
    observed = hours()
    for at in range(100, 106):
        observed = with_hour(observed, at, 0.08)
    assert rules(observed) == []


def test_an_objective_that_no_day_met():
    assert ("warning", "objective-never-met") in rules(hours(0.011))
    assert ("warning", "objective-never-met") not in rules(hours(0.009))


def test_an_objective_far_below_what_there_is():
    assert rules(hours(0.0005)) == [("warning", "objective-loose")]
    assert rules(hours(0.0005, days=3)) == []
    assert rules(hours(0.0005, per_hour=3.0), policy=Policy("p", (WORKBOOK.tiers[3],)))[-1:] != [
        ("warning", "objective-loose")
    ]


def test_the_quietest_hour_is_looked_at_unless_traffic_is_given():
    observed = hours()
    total = observed.total.copy()
    total[7] = 5
    quiet = Observed(observed.end, observed.bad * 0, total)
    (finding,) = [one for one in found(quiet).findings if one.rule == "one-failure-pages"]
    assert finding.message.startswith(
        "web: tier 1h pages on one failure at your quietest hour (5/h): 1h holds 5"
    )
    assert ("warning", "one-failure-pages") not in rules(quiet, traffic=Traffic(10.0))


def test_the_median_traffic_is_what_times_are_for():
    (tier, *_) = found(hours(per_hour=720.0)).tiers
    assert tier.at_traffic is not None
    assert tier.at_traffic.per_second == 0.2
