import numpy as np
import pytest

from alerts.charts.model import Unit
from postmortem.records import Good
from postmortem.turning_points.turns import find_shift
from tests.postmortem.outages import TIMES, evidence_of, levels, objective, signal

ERRORS = (1e-5, (1500, 0.004), (2400, 1e-5))  # 40 times the budget of 99.99 %


def onset(record, values):
    evidence = evidence_of((record, values), alarm=1560.0)
    shift = find_shift(evidence, evidence.subjects[0])
    return shift and shift.onset.value


def good_up(unit, role="errors"):
    return signal("good", role).model_copy(update={"unit": unit, "good": Good.UP})


@pytest.mark.parametrize(("target", "at"), [(0.9999, 1500), (0.99, None)])
def test_what_matters_to_an_objective_is_its_budget(target, at):
    assert onset(objective(target=target), levels(*ERRORS)) == at


def test_what_is_well_within_a_wide_budget_is_an_excursion_still():
    assert onset(objective(target=0.9), levels(0.002, (1500, 0.05), (2400, 0.002))) == 1500


@pytest.mark.parametrize(("samples", "at"), [(3, None), (4, 1500)])
def test_the_events_of_one_scrape_are_no_excursion_of_a_small_budget(samples, at):
    values = levels(1e-5)
    values[(TIMES >= 1500) & (1500 + 15 * samples > TIMES)] = 0.004
    assert onset(objective(target=0.9999), values) == at


@pytest.mark.parametrize(
    ("before", "during", "at"),
    [(0.999, 0.8, 1500), (0.95, 0.75, 1500), (0.999, 0.995, None), (0.5, 0.45, None), (0.5, 0.3, 1500)],
)
def test_of_a_ratio_that_is_good_near_one_what_is_missing_counts(before, during, at):
    level = np.where((TIMES >= 1500) & (TIMES < 2400), during, before)
    noise = np.random.default_rng(1).normal(0, 0.0005, len(TIMES))
    assert onset(good_up(Unit.RATIO), level + noise) == at


@pytest.mark.parametrize(("during", "at"), [(0.0, 1500), (0.1, None)])
def test_what_is_small_may_vanish(during, at):
    assert onset(good_up(Unit.PER_SECOND, "business"), levels(0.15, (1500, during), (2400, 0.15))) == at
