"""Which recorded acts causes are judged by."""

from dataclasses import replace

import numpy as np
import pytest

from tests.bench.causes import is_fit
from tests.bench.recordings import NONE, TRUTHS, Recorded
from tests.postmortem.causes.conftest import FAULT, START, STEP, recording

ONSET = START + STEP * FAULT - 1


def act(drill="redis-slow", *, is_protected=False, agrees=None, bad=0.2, bad_before=0.0):
    told = recording({})
    series = told.series["slo"]
    values = np.full(len(series.values), bad)
    values[:FAULT] = bad_before
    told = replace(told, series={**told.series, "slo": replace(series, values=values)})
    truth = NONE if is_protected else TRUTHS[drill]
    return Recorded("run", drill, is_protected, truth, agrees, ONSET, told)


def test_an_unprotected_act_that_misses_an_objective_from_the_fault_on_is_fit():
    assert is_fit(act())


@pytest.mark.parametrize(
    "unfit",
    [
        {"agrees": False},
        {"bad_before": 0.2},
        {"bad": 0.0},
        {"is_protected": True},
        {"drill": "duplicate-orders", "bad": 0.0},
    ],
)
def test_what_went_otherwise_or_shows_nothing_is_unfit(unfit):
    assert not is_fit(act(**unfit))


def test_a_protected_act_that_keeps_its_objectives_is_fit():
    assert is_fit(act(is_protected=True, bad=0.0))


def test_a_drill_without_an_objective_to_miss_is_fit_where_its_harm_is_measured():
    told = act("duplicate-orders", bad=0.0)
    signal = told.recording.subjects[-1].signal.model_copy(update={"name": "orders_repeated"})
    subjects = (*told.recording.subjects[:-1], replace(told.recording.subjects[-1], signal=signal))
    assert is_fit(replace(told, recording=replace(told.recording, subjects=subjects)))
