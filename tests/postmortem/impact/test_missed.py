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


def sliced():
    return objective().model_copy(update={"slice_seconds": 300.0})


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


def test_what_the_events_of_one_slice_show_is_no_stretch():
    """Of an objective that counts slices of 5 min they are in its samples for as long."""
    evidence = evidence_of((sliced(), with_samples(levels(0.002), 0.5, *range(1500, 1800, 15))), alarm=1530.0)
    assert find_stretches(evidence, bound_of(evidence)) == ()


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


def test_an_objective_that_rests_higher_than_before_ends_with_that_rest():
    values = levels(0.02, (1500, 0.4), (2400, 0.04))
    bound = bound_of(record_of(values))
    assert bound.after.value == pytest.approx(0.04, rel=0.03)
    assert bound.threshold < 0.03
    assert 0.04 < bound.settled < 0.06
    assert missed(values) == [(1500, 2400)]


def test_the_rest_after_is_no_bound_of_what_begins():
    assert missed(levels(0.02, (1200, 0.035), (1500, 0.4), (2400, 0.04)), alarm=1230.0) == [(1200, 2400)]


@pytest.mark.parametrize("level", [0.012, 0.05])
def test_what_stays_over_a_budget_that_was_kept_before_is_missed(level):
    """However near to the level before, of so large an excursion."""
    values = levels(0.002, (1500, 0.6), (2400, level))
    bound = bound_of(record_of(values))
    assert (bound.threshold, bound.before, bound.after) == (BUDGET, None, None)
    assert missed(values) == [(1500, None)]


def test_a_rest_hardly_over_the_budget_is_the_end():
    values = levels(0.002, (1500, 0.2), (2400, 0.0105), noise=0.01)
    bound = bound_of(record_of(values))
    assert (bound.threshold, bound.before) == (BUDGET, None)
    assert bound.after.value == pytest.approx(0.0105, rel=0.01)
    assert missed(values) == [(1500, 2400)]


def test_a_level_within_the_budget_that_scatters_over_it_is_not_called_missed():
    noise = np.clip(np.random.default_rng(3).normal(0.003, 0.0035, len(TIMES)), 0.0, None)
    bound = bound_of(record_of(np.where((TIMES >= 1500) & (TIMES < 2400), 0.3, noise)))
    assert (bound.before, bound.after) == (None, None)
    assert 0.01 < bound.threshold < 0.02


def test_before_a_late_alarm_the_first_samples_tell_the_rest():
    bound = bound_of(record_of(levels(0.002, (600, 0.2), (2400, 0.002)), alarm=2100.0))
    assert (bound.threshold, bound.before) == (BUDGET, None)


@pytest.mark.parametrize(("quiet_seconds", "groups"), [(286.0, [2]), (285.0, [1, 1])])
def test_stretches_join_if_less_than_the_quiet_time_is_between_them(quiet_seconds, groups):
    evidence = record_of(levels(0.002, (1500, 0.2), (1800, 0.002), (2085, 0.2), (2400, 0.002)))
    found = find_stretches(evidence, bound_of(evidence))
    assert found[1].begins.value - found[0].ends.value == 285
    assert [len(group) for group in join_stretches(found, quiet_seconds)] == groups
