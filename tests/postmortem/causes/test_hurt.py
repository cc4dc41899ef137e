import numpy as np
import pytest

from postmortem.causes.hurt import _sustained, _warm, find_hurt

FAULT_AT = 1080.0


def over(text):
    return np.array([each == "x" for each in text])


def shown(is_over):
    return "".join("x" if each else "." for each in is_over)


@pytest.mark.parametrize(
    ("samples", "kept"),
    [("..xx..", "......"), ("..xxx.", "..xxx."), ("xxx.xx", "xxx...")],
)
def test_only_a_run_of_samples_hurts(samples, kept):
    assert shown(_sustained(over(samples))) == kept


@pytest.mark.parametrize(
    ("samples", "kept"),
    [("xxxx........xxxx", "............xxxx"), ("xxxxxxxxxxxxxxxx", "xxxxxxxxxxxxxxxx")],
)
def test_a_cold_start_that_is_got_over_hurts_nobody(samples, kept):
    assert shown(_warm(over(samples))) == kept


def test_an_objective_hurts_from_its_first_sample_over_twice_its_budget(recording):
    hurt = find_hurt(recording({}))
    assert hurt is not None
    assert (hurt.start, hurt.services) == (FAULT_AT, ("web",))


def test_an_objective_that_is_kept_hurts_nobody(recording):
    assert find_hurt(recording({}, failing=0.015)) is None
