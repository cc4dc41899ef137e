import numpy as np
import pytest

from postmortem.impact.missed import find_bound, find_stretches, join_stretches
from postmortem.turning_points.turns import find_shift
from tests.postmortem.outages import TIMES, evidence_of, levels, objective
from tests.postmortem.proof import misfits

BUDGET = pytest.approx(0.01)


def record_of(values, alarm=1530.0, **changes):
    return evidence_of((objective(), values), alarm=alarm, **changes)


def bound_of(evidence):
    subject = evidence.subjects[0]
    return find_bound(evidence, subject, find_shift(evidence, subject))


def missed(values, **changes):
    """First and last moment of each stretch."""
    evidence = record_of(values, **changes)
    found = find_stretches(evidence, bound_of(evidence))
    return [(stretch.begins.value, stretch.ends.value if stretch.ends else None) for stretch in found]


def with_samples(values, level, *at):
    values[np.isin(TIMES, at)] = level
    return values


def test_a_stretch_goes_from_the_first_sample_over_the_budget_to_the_first_within_it():
    assert missed(levels(0.002, (1500, 0.2), (2400, 0.002))) == [(1500, 2400)]


def test_a_first_sample_just_over_the_budget_counts():
    values = with_samples(levels(0.002, (1500, 0.2), (2400, 0.002)), 0.011, 1485)
    assert missed(values) == [(1485, 2400)]


def test_one_sample_over_the_budget_is_no_stretch():
    assert missed(with_samples(levels(0.002), 0.5, 1500)) == []


@pytest.mark.parametrize(("last", "found"), [(1530, []), (1545, [(1500, 1560)])])
def test_what_the_events_of_one_scrape_show_is_no_stretch(last, found):
    """They are in the rates of 45 s: three samples."""
    assert missed(with_samples(levels(0.002), 0.5, *range(1500, last + 1, 15))) == found


def test_a_stretch_in_which_the_record_ends_may_be_short():
    assert missed(levels(0.002, (3570, 0.5))) == [(3570, None)]


def test_one_sample_within_the_budget_does_not_end_a_stretch():
    assert missed(with_samples(levels(0.002, (1500, 0.2), (2400, 0.002)), 0.0, 1800)) == [(1500, 2400)]


def test_what_is_missed_to_the_last_sample_has_no_end():
    assert missed(levels(0.002, (1500, 0.2))) == [(1500, None)]


def test_what_is_missed_twice_is_two_stretches():
    values = levels(0.002, (1500, 0.2), (1800, 0.002), (2400, 0.2), (2700, 0.002))
    assert missed(values) == [(1500, 1800), (2400, 2700)]


def test_made_up_history_is_not_missed():
    values = levels(0.002, (300, 0.2), (600, 0.002), (1500, 0.2), (2400, 0.002))
    assert missed(values, synthetic_until=900.0) == [(1500, 2400)]


def test_a_stretch_recomputes_from_its_samples():
    evidence = record_of(levels(0.002, (1500, 0.2), (1800, 0.002), (2400, 0.2), (2700, 0.002)))
    for stretch in find_stretches(evidence, bound_of(evidence)):
        assert misfits((stretch.begins, stretch.ends), evidence) == []


def test_an_objective_that_is_kept_at_rest_is_bound_by_its_budget():
    bound = bound_of(record_of(levels(0.002, (1500, 0.2), (2400, 0.002))))
    assert (bound.threshold, bound.before, bound.after) == (BUDGET, None, None)


def test_an_objective_that_was_missed_before_is_bound_by_that_level():
    bound = bound_of(record_of(levels(0.02, (1500, 0.2), (2400, 0.02))))
    assert bound.before.value == pytest.approx(0.02, rel=0.03)
    assert 0.02 < bound.threshold < 0.03


def test_an_objective_that_rests_higher_than_before_is_bound_by_that_rest():
    bound = bound_of(record_of(levels(0.002, (1500, 0.2), (2400, 0.012))))
    assert bound.before is None
    assert bound.after.value == pytest.approx(0.012, rel=0.03)


def test_what_stays_halfway_is_no_rest():
    bound = bound_of(record_of(levels(0.002, (1500, 0.2), (2400, 0.05))))
    assert (bound.threshold, bound.after) == (BUDGET, None)


def test_before_a_late_alarm_the_first_samples_tell_the_rest():
    bound = bound_of(record_of(levels(0.002, (600, 0.2), (2400, 0.002)), alarm=2100.0))
    assert (bound.threshold, bound.before) == (BUDGET, None)


@pytest.mark.parametrize(("quiet_seconds", "groups"), [(286.0, [2]), (285.0, [1, 1])])
def test_stretches_join_if_less_than_the_quiet_time_is_between_them(quiet_seconds, groups):
    evidence = record_of(levels(0.002, (1500, 0.2), (1800, 0.002), (2085, 0.2), (2400, 0.002)))
    found = find_stretches(evidence, bound_of(evidence))
    assert found[1].begins.value - found[0].ends.value == 285
    assert [len(group) for group in join_stretches(found, quiet_seconds)] == groups
