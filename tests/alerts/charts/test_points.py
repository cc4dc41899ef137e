import math

import pytest

from alerts.charts.model import Line
from alerts.charts.points import Points, unbroken_runs


def lengths(times, values):
    return [len(run) for run in unbroken_runs(Line("x", times, values), 0, 100)]


def test_a_missing_value_breaks_the_line():
    assert lengths((0.0, 10.0, 20.0, 30.0), (1.0, math.nan, 1.0, 1.0)) == [1, 2]


def test_a_long_silence_breaks_the_line():
    assert lengths((0.0, 10.0, 20.0, 80.0, 90.0), (1.0,) * 5) == [3, 2]


@pytest.mark.parametrize(("times", "values"), [((), ()), ((10.0,), (math.nan,)), ((200.0,), (1.0,))])
def test_of_nothing_known_in_the_window_there_is_no_run(times, values):
    assert lengths(times, values) == []


@pytest.mark.parametrize(
    ("time", "value"), [(10.0, 2.0), (20.0, 4.0), (15.0, None), (-1.0, None), (99.0, None)]
)
def test_a_value_is_asked_for_by_its_time(time, value):
    points = Points.within(Line("x", (0.0, 10.0, 20.0, 20.0), (1.0, 2.0, 3.0, 4.0)), 0, 50)
    assert points.value_at(time) == value
