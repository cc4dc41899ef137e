from dataclasses import replace

import numpy as np
import pytest

from postmortem.causes.hurt import STRETCH_SAMPLES, _main_runs, _sustained, _warm, _worst_mean, find_hurt

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
    times = 5.0 * np.arange(len(samples))
    assert shown(over(samples) & _warm(over(samples), times, 5.0)) == kept


def test_a_cold_start_is_told_by_time_where_samples_are_missing():
    times = np.array([0.0, 5.0, 10.0, 30.0, 35.0, 40.0, 45.0, 50.0, 55.0, 60.0])
    assert shown(over("xxx..xxxxx") & _warm(over("xxx..xxxxx"), times, 5.0)) == ".....xxxxx"


def test_an_objective_hurts_from_its_first_sample_over_twice_its_budget(recording):
    hurt = find_hurt(recording({}))
    assert hurt is not None
    assert (hurt.start, hurt.services) == (FAULT_AT, ("web",))


def test_an_objective_that_is_kept_hurts_nobody(recording):
    assert find_hurt(recording({}, failing=0.015)) is None


@pytest.mark.parametrize(
    ("samples", "kept"),
    [
        ("..xx..xx...xx..", "..xx..xx...xx.."),
        ("x.........xxxxxx", "..........xxxxxx"),
        ("xxx..........xxx", "xxx..........xxx"),
    ],
)
def test_short_outages_close_by_are_one_hurt_and_a_lone_sample_is_none(samples, kept):
    times = 5.0 * np.arange(len(samples))
    values = np.where(over(samples), 0.1, 0.0)
    assert shown(_main_runs(over(samples), times, values, apart_seconds=30.0)) == kept


def test_an_objective_is_judged_over_the_worst_stretch_of_a_long_record():
    values = np.zeros(10 * STRETCH_SAMPLES)
    values[100:106] = 0.2
    assert _worst_mean(values) == pytest.approx(6 * 0.2 / STRETCH_SAMPLES)
    assert _worst_mean(values[98:108]) == pytest.approx(0.12)
    assert _worst_mean(values[:0]) == 0.0


def told(recording, bad):
    """The objective's ratio of bad by samples from the fault on; 0 else."""
    given = recording({})
    values = np.zeros_like(given.series["slo"].values)
    values[16 : 16 + len(bad)] = bad
    return replace(given, series={**given.series, "slo": replace(given.series["slo"], values=values)})


def test_three_outages_of_two_samples_each_hurt_where_they_miss_the_objective(recording):
    hurt = find_hurt(told(recording, [0.1, 0.1, 0, 0.1, 0.1, 0, 0.1, 0.1]))
    assert hurt is not None
    assert (hurt.start, hurt.end) == (FAULT_AT, FAULT_AT + 7 * 5)


def test_a_bad_moment_that_leaves_the_objective_kept_hurts_nobody(recording):
    assert find_hurt(told(recording, [0.1, 0.1, 0.08])) is None
