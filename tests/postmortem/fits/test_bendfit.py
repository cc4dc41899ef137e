import numpy as np
import pytest

from postmortem.fits.bendfit import LEAST_SIDE, cornered, fit_hinge

TIMES = np.arange(0.0, 3600.0, 15.0)


def bent(at, first, second, scale=0.0, seed=1):
    slope = np.where(at >= TIMES, first * TIMES, first * at + second * (TIMES - at))
    return 1000.0 + slope + np.random.default_rng(seed).normal(0, scale, len(TIMES))


def test_the_corner_of_two_lines_is_found_to_the_sample():
    values = bent(1500.0, -0.3, -0.05)
    hinge = fit_hinge(TIMES, values)
    assert TIMES[hinge.knot] == 1500.0
    assert cornered(TIMES, values, hinge) > 1000


@pytest.mark.parametrize("seed", range(8))
def test_noise_widens_what_is_known_of_its_time(seed):
    hinge = fit_hinge(TIMES, bent(1500.0, -0.3, -0.05, scale=8.0, seed=seed))
    assert hinge.earliest <= hinge.knot <= hinge.latest
    assert TIMES[hinge.earliest] - 60 <= 1500 <= TIMES[hinge.latest] + 60


def test_depth_is_how_far_the_corner_lies_off_the_straight_way():
    hinge = fit_hinge(TIMES, bent(1785.0, 1.0, 0.0))
    assert hinge.depth == pytest.approx(1785 * 1800 / 3585, rel=0.01)


def test_a_curve_has_no_corner():
    curve = 0.05 + 0.8 * np.exp(-TIMES / 900)
    assert cornered(TIMES, curve, fit_hinge(TIMES, curve)) < 1


def test_a_straight_line_gains_nothing_by_a_hinge():
    noise = np.random.default_rng(3).normal(0, 5.0, len(TIMES))
    assert fit_hinge(TIMES, TIMES * 0.1 + noise).gain < 4


@pytest.mark.parametrize("count", [0, 2, 2 * LEAST_SIDE])
def test_few_samples_have_no_hinge(count):
    assert fit_hinge(TIMES[:count], TIMES[:count]) is None


def test_a_constant_has_no_hinge():
    assert fit_hinge(TIMES, np.full(len(TIMES), 0.5)) is None
