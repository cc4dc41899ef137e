from dataclasses import replace

import numpy as np
import pytest

from postmortem.causes.baseline import NOISE_FLOOR, baseline_of
from postmortem.causes.hurt import find_hurt


@pytest.fixture
def level(recording):
    """Of a series whose first samples are given; the hurt begins at the 17th, its look-back at the 14th."""
    told = recording({})
    hurt = find_hurt(told)

    def level(values):
        series = told.series["store_keys"]
        padded = np.concatenate([values, np.full(len(series.values) - len(values), values[-1])])
        return baseline_of(told, hurt, replace(series, values=padded))

    return level


def test_the_level_is_that_of_just_before(level):
    assert level(np.full(14, 50.0)).before == 50.0


def test_a_trend_is_no_noise(level):
    assert level(np.linspace(100.0, 200.0, 14)).noise == pytest.approx(NOISE_FLOOR * 150.0)


def test_a_step_just_before_is_no_noise(level):
    assert level(np.array([200.0] * 12 + [20.0] * 2)).noise == pytest.approx(NOISE_FLOOR * 200.0)


def test_scatter_is_noise(level):
    scattered = 100.0 * np.random.default_rng(0).lognormal(0.0, 0.2, 14)
    assert 8.0 < level(scattered).noise < 40.0


def test_there_is_no_level_without_a_before(recording):
    told = recording({})
    series = told.series["store_keys"]
    late = replace(series, times=series.times[16:], values=series.values[16:])
    assert baseline_of(told, find_hurt(told), late) is None
