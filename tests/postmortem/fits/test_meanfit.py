import math

import numpy as np
import pytest

from postmortem.fits.meanfit import predict_mean

TIMES = np.arange(0.0, 3600.0, 15.0)


def share_inside(overlap, seconds=900.0):
    """How often the mean of the next 15 minutes is within the bounds, of rates that share windows."""
    inside = []
    for seed in range(300):
        noise = np.random.default_rng(seed).lognormal(0, 0.3, len(TIMES) + 60 + overlap)
        values = np.convolve(noise, np.ones(overlap) / overlap, "valid")
        low, high = predict_mean(TIMES, values[: len(TIMES)], seconds)
        inside.append(low <= values[len(TIMES) :][:60].mean() <= high)
    return np.mean(inside)


@pytest.mark.parametrize("overlap", [1, 3, 8])
def test_the_mean_that_follows_is_mostly_within_the_bounds(overlap):
    assert 0.9 <= share_inside(overlap) <= 0.99


def test_a_longer_stretch_varies_less():
    values = np.random.default_rng(1).lognormal(0, 0.3, len(TIMES))
    (low, high), (least, most) = (predict_mean(TIMES, values, seconds) for seconds in (3600, 60))
    assert least < low < values.mean() < high < most


def test_a_constant_goes_on():
    assert predict_mean(TIMES, np.full(len(TIMES), 3.0), 900.0) == (3.0, 3.0)


def test_of_few_samples_nothing_is_known():
    assert predict_mean(TIMES[:23], TIMES[:23], 900.0) == (-math.inf, math.inf)
