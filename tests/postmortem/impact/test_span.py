"""The impact's two ends, of objectives of 99 %: a level of 0.002 keeps them and one of 0.2 misses them."""

from dataclasses import replace

import numpy as np
import pytest

from postmortem.impact.span import find_span
from postmortem.turning_points.turns import find_shifts
from tests.postmortem.outages import TIMES, evidence_of, levels, objective, signal
from tests.postmortem.proof import misfits

OUTAGE = levels(0.002, (2400, 0.4), (2910, 0.002))
WELL = levels(0.002)


def span_of(evidence):
    return find_span(evidence, find_shifts(evidence))


def ends(values, **changes):
    span = span_of(evidence_of((objective(), values), **changes))
    return span.start.value, span.end.value if span.end else None


def test_a_staged_outage_starts_with_its_first_stage():
    assert ends(levels(0.002, (1500, 0.2), (2400, 0.7), (3000, 0.002)), alarm=1560.0) == (1500, 3000)


def test_a_slow_rise_starts_where_it_begins_before_the_objective_is_missed():
    ramp = np.interp(TIMES, [0, 1500, 2700, 3000, 3060, 3600], [0.002, 0.002, 0.5, 0.5, 0.002, 0.002])
    values = ramp * levels(1.0)
    start, end = ends(values, alarm=1600.0)
    assert 1500 <= start <= TIMES[values > 0.01][0] == 1530
    assert end == 3060


def test_a_blip_of_an_independent_service_is_told_apart():
    blip = levels(0.002, (600, 0.3), (705, 0.002), seed=3)
    span = span_of(evidence_of((objective(), OUTAGE), (objective("reads", "blog"), blip), alarm=2430.0))
    assert (span.start.value, span.opened_by.slo.name) == (2400, "orders")
    assert [shift.subject.slo.name for shift in span.apart] == ["reads"]


def test_an_own_blip_that_was_long_over_does_not_start_it():
    twice = levels(0.002, (300, 0.3), (390, 0.002), (2400, 0.4), (2910, 0.002))
    assert ends(twice, alarm=2430.0) == (2400, 2910)


@pytest.mark.parametrize(("quiet_seconds", "start"), [(None, 2400), (700.0, 1710)])
def test_a_stretch_less_than_the_quiet_time_before_belongs_to_it(quiet_seconds, start):
    twice = levels(0.002, (1710, 0.3), (1800, 0.002), (2400, 0.4), (2910, 0.002))
    assert ends(twice, alarm=2430.0, quiet_asked_seconds=quiet_seconds) == (start, 2910)


def test_latency_within_its_objective_is_a_first_sign_and_no_start():
    drift = levels(0.020, (900, 0.030), (3300, 0.020), seed=4)
    span = span_of(evidence_of((objective(), OUTAGE), (signal(), drift), alarm=2430.0))
    assert (span.start.value, span.by_objectives) == (2400, True)
    assert (span.first_sign.subject.signal.name, span.first_sign.onset.value) == ("p95", 900)


def test_a_drift_that_was_over_before_the_impact_is_no_first_sign():
    drift = levels(0.020, (300, 0.030), (900, 0.020), seed=4)
    span = span_of(evidence_of((objective(), OUTAGE), (signal(), drift), alarm=2430.0))
    assert span.first_sign is None
    assert [shift.subject.signal.name for shift in span.apart] == ["p95"]


def test_an_objective_that_is_missed_at_rest_ends_with_the_return_to_that_rest():
    span = span_of(
        evidence_of((objective(target=0.999), levels(0.005, (2400, 0.08), (2910, 0.005))), alarm=2430.0)
    )
    assert (span.start.value, span.end.value) == (2400, 2910)
    assert [bound.before.value for bound in span.resting] == [pytest.approx(0.005, rel=0.03)]


def test_an_objective_without_samples_before_the_alarm_ends_with_its_own_return():
    born = TIMES >= 1560
    late = (TIMES[born], levels(0.5, (3300, 0.001), seed=2)[born])
    evidence = evidence_of(
        (objective(), levels(0.002, (1500, 0.4), (2400, 0.002))),
        (objective("pays"), late),
        alarm=1530.0,
        closed=3320.0,
    )
    span = span_of(evidence)
    assert (span.start.value, span.end.value, span.ended_by.slo.name) == (1500, 3300, "pays")


def test_a_relapse_after_the_quiet_time_is_told_and_does_not_move_the_end():
    relapse = levels(0.002, (1500, 0.4), (2400, 0.002), (3450, 0.05), (3510, 0.002))
    span = span_of(evidence_of((objective(), relapse), alarm=1530.0))
    assert span.end.value == 2400
    assert [(each.begins.value, each.ends.value) for each in span.later] == [(3450, 3510)]


@pytest.mark.parametrize(("closed", "end"), [(None, None), (3580.0, 3540)])
def test_an_end_is_shown_by_the_quiet_time_or_by_the_closing(closed, end):
    assert ends(levels(0.002, (2400, 0.4), (3540, 0.002)), alarm=2430.0, closed=closed) == (2400, end)


def test_while_an_objective_is_missed_there_is_no_end():
    assert ends(levels(0.002, (2400, 0.4)), alarm=2430.0, closed=3000.0) == (2400, None)


def test_where_every_objective_is_kept_what_users_feel_decides():
    slow = levels(0.1, (2400, 0.9), (2910, 0.1))
    span = span_of(evidence_of((objective(), WELL), (signal(), slow), alarm=2430.0))
    assert (span.start.value, span.end.value, span.by_objectives) == (2400, 2910, False)
    assert span.opened_by.signal.name == "p95"


@pytest.mark.parametrize("values", [WELL, levels(0.002, (30, 0.3), (300, 0.002)), levels(0.002, (3300, 0.3))])
def test_where_nothing_is_felt_near_the_alarm_the_alert_stands_in(values):
    span = span_of(evidence_of((objective(), values), alarm=2430.0, closed=3000.0))
    assert (span.is_measured, span.start.value, span.end.value) == (False, 2430, 3000)


def without(values, since, until):
    """Times and values but for those of this stretch."""
    kept = (since > TIMES) | (until <= TIMES)
    return TIMES[kept], values[kept]


HUNG = without(WELL, 1545, 2400)
HUNG_AND_MISSED = without(levels(0.002, (1545, 0.4), (2700, 0.002)), 1545, 2400)


def test_the_alert_stands_in_for_an_objective_that_hung_and_says_which():
    span = span_of(evidence_of((objective(), HUNG), alarm=1560.0, closed=2500.0))
    assert (span.is_measured, span.start.value, span.end.value) == (False, 1560, 2500)
    assert [slo.name for slo in span.unseen] == ["orders"]


def test_of_an_objective_that_was_missed_when_it_could_be_seen_again_the_end_is_its_own():
    span = span_of(evidence_of((objective(), HUNG_AND_MISSED), alarm=1560.0, closed=3000.0))
    assert (span.is_measured, span.start.value, span.end.value) == (False, 1560, 2700)
    assert ([slo.name for slo in span.unseen], span.by_objectives, span.opened_by) == (["orders"], True, None)


def test_what_else_users_felt_tells_the_start_of_one_that_hung():
    slow = levels(0.1, (1515, 0.9), (2880, 0.1), seed=2)
    span = span_of(evidence_of((objective(), HUNG_AND_MISSED), (signal(), slow), alarm=1560.0, closed=3000.0))
    assert (span.is_measured, span.start.value, span.end.value) == (True, 1515, 2700)
    assert (span.opened_by.signal.name, [slo.name for slo in span.unseen]) == ("p95", ["orders"])


def test_another_objective_tells_the_start_of_one_that_hung():
    seen = levels(0.002, (1515, 0.3), (2400, 0.002), seed=2)
    evidence = evidence_of(
        (objective(), HUNG_AND_MISSED), (objective("pays"), seen), alarm=1560.0, closed=3000.0
    )
    span = span_of(evidence)
    assert (span.start.value, span.end.value, span.opened_by.slo.name) == (1515, 2700, "pays")
    assert span.unseen == ()


def test_an_objective_that_is_born_missed_after_the_alarm_has_no_start_of_its_own():
    born = without(levels(0.4, (2700, 0.002)), 0, 1560)
    span = span_of(evidence_of((objective(), born), alarm=1530.0, closed=3000.0))
    assert (span.is_measured, span.start.value, span.end.value) == (False, 1530, 2700)
    assert [slo.name for slo in span.unseen] == ["orders"]


def test_an_objective_that_was_seen_at_the_alarm_is_not_called_unseen():
    span = span_of(evidence_of((objective(), WELL), alarm=1560.0, closed=3000.0))
    assert (span.is_measured, span.unseen) == (False, ())


@pytest.mark.parametrize("values", [levels(0.2, (2910, 0.002)), levels(0.002, (60, 0.2), (2910, 0.002))])
def test_an_outage_from_the_first_samples_on_is_no_rest(values):
    span = span_of(evidence_of((objective(), values), alarm=2430.0))
    assert (span.by_objectives, span.end.value, span.resting) == (True, 2910, ())
    assert span.begins_earlier is span.is_at_least is bool(values[0] > 0.01)
    assert span.is_known is not span.begins_earlier


def test_a_partial_recovery_does_not_end_it():
    span = span_of(
        evidence_of((objective(), levels(0.002, (1200, 0.6), (1800, 0.05))), alarm=1260.0, closed=3300.0)
    )
    assert (span.start.value, span.end, span.resting) == (1200, None, ())
    assert [each.ends for each in span.unended] == [None]


def test_a_worsening_of_what_is_missed_at_rest_begins_within_the_record():
    span = span_of(evidence_of((objective(), levels(0.02, (2400, 0.4), (2910, 0.02))), alarm=2430.0))
    assert (span.start.value, span.begins_earlier) == (2400, False)


def test_every_figure_of_the_span_recomputes():
    relapse = levels(0.02, (1500, 0.4), (2400, 0.03), (3000, 0.2), (3060, 0.03))
    evidence = evidence_of((objective(), relapse), alarm=1530.0)
    facts = span_of(evidence).facts()
    assert len(facts) > 2
    assert misfits(facts, evidence) == []


def test_other_onsets_compare_with_half_way_through_the_change():
    staged = levels(0.002, (1500, 0.2), (2400, 0.7), (3000, 0.002))
    span = span_of(evidence_of((objective(), staged), alarm=1560.0))
    assert span.onset.value == 1500
    assert replace(span, turned=None).onset is span.start
