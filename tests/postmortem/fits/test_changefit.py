import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.fits.changefit import fit_change

TIMES = np.arange(60.0) * 15


@pytest.mark.parametrize("at", [15, 30, 44])
@pytest.mark.parametrize("factor", [0.2, 3.0])
def test_a_step_begins_where_it_is_through(at, factor):
    values = np.where(np.arange(60) < at, 1.0, factor) * np.random.default_rng(at).lognormal(0, 0.1, 60)
    fit = fit_change(TIMES, values)
    assert fit.begins == fit.reached == at


def test_a_ramp_leaves_and_arrives():
    values = np.interp(np.arange(60), [20, 40], [1.0, 4.0])
    fit = fit_change(TIMES, values)
    assert abs(fit.begins - 21) <= 1
    assert abs(fit.reached - 40) <= 1


def test_an_outlier_moves_no_change():
    values = np.where(np.arange(60) < 30, 1.0, 2.0)
    values[10] = 1000.0
    assert fit_change(TIMES, values).begins == 30


def test_where_samples_miss_time_counts():
    kept = np.r_[0:22, 30:60]
    values = np.interp(np.arange(60), [20, 40], [1.0, 4.0])[kept]
    fit = fit_change(TIMES[kept], values)
    assert abs(TIMES[kept][fit.begins] - TIMES[21]) <= 30


@pytest.mark.parametrize("size", [0, 3])
def test_few_samples_have_no_fit(size):
    assert fit_change(TIMES[:size], np.ones(size)) is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=40))
def test_a_change_lies_within_its_window(values):
    fit = fit_change(TIMES[: len(values)], np.array(values))
    assert 1 <= fit.begins <= fit.reached < len(values)


@pytest.mark.parametrize(("leaves", "arrives"), [(20, 40), (28, 33), (3, 55)])
def test_the_cost_is_that_of_its_line_over_the_whole_window(leaves, arrives):
    noise = np.random.default_rng(leaves).lognormal(0, 0.05, 60)
    values = np.interp(np.arange(60), [leaves, arrives], [1.0, 6.0]) * noise
    fit = fit_change(TIMES, values)
    before, after = np.median(values[:15]), np.median(values[-15:])
    line = np.interp(np.arange(60), [fit.begins - 1, fit.reached], [before, after])
    larger = np.maximum(line, values) + 0.05 * max(before, after)
    assert fit.begins < fit.reached
    assert fit.cost == pytest.approx((np.abs(line - values) / larger).sum())
