import numpy as np
import pytest

from postmortem.effects import Excursion, Samples, change_after

TIMES = np.arange(0.0, 600.0, 15.0)
EXCURSION = Excursion(usual=0.002, worst=0.4, repeats=3.0)


def change(values, noise=0.0, seed=1, excursion=EXCURSION):
    """Of 20 samples before the middle against 20 after it."""
    noisy = values * np.random.default_rng(seed).lognormal(0, noise, len(TIMES))
    early = TIMES < 300
    return change_after(Samples(TIMES[early], noisy[early]), Samples(TIMES[~early], noisy[~early]), excursion)


def levels(before, after):
    return np.where(TIMES < 300, before, after)


@pytest.mark.parametrize("noise", [0.15, 0.25])
def test_noise_is_no_change(noise):
    assert [change(levels(0.4, 0.4), noise, seed) for seed in range(40)] == [0.0] * 40


@pytest.mark.parametrize("noise", [0.05, 0.15])
@pytest.mark.parametrize(("before", "after"), [(0.4, 0.1), (0.1, 0.4)])
def test_another_level_is_one(before, after, noise):
    changes = [change(levels(before, after), noise, seed) for seed in range(20)]
    assert changes == pytest.approx([after - before] * 20, rel=0.5)


def test_nothing_before_and_after_is_none():
    assert change(levels(0.0, 0.0)) == 0.0


@pytest.mark.parametrize("fall", [0.5 * np.exp(-TIMES / 200), np.maximum(0.4 - TIMES * 0.0006, 0.002)])
@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_what_was_under_way_is_none(fall, noise):
    assert change(fall, noise) == 0.0


def test_faster_than_before_is_one():
    assert change(np.where(TIMES < 300, 0.4 - TIMES * 0.0003, 0.002)) < -0.2


def test_a_tenth_of_the_excursion_matters_to_nobody():
    assert change(levels(0.4, 0.37)) == 0.0
    assert change(levels(0.4, 0.34)) == pytest.approx(-0.06, rel=0.01)


def test_of_few_samples_nothing_is_said():
    few = Samples(TIMES[:3], TIMES[:3])
    assert change_after(few, Samples(TIMES, TIMES), EXCURSION) is None
