import numpy as np
import pytest

from postmortem.fits.levels import level_of


def test_the_noise_of_a_normal_level_is_its_standard_deviation():
    level = level_of(np.random.default_rng(1).normal(20.0, 3.0, 5000))
    assert (level.middle, level.noise) == (pytest.approx(20.0, abs=0.2), pytest.approx(3.0, rel=0.05))


def test_an_outlier_makes_no_level_noisy():
    calm = level_of(np.array([1.0, 2.0, 3.0, 2.0, 1.0]))
    assert level_of(np.array([1.0, 2.0, 3.0, 2.0, 1e9])).noise == calm.noise


def test_one_sample_is_a_level_without_noise():
    assert (level_of(np.array([7.0])).middle, level_of(np.array([7.0])).noise) == (7.0, 0.0)
