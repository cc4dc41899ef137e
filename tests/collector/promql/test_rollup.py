import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.embedded import EmbeddedQuerier
from collector.labels import Labels
from collector.memory import MemoryStore
from tests.collector.promql.naive import OVER_TIME, extrapolated, window

SERIES = Labels({"__name__": "x_total"})


@st.composite
def columns(draw):
    gaps = draw(st.lists(st.integers(1, 40_000), min_size=1, max_size=40))
    values = draw(
        st.lists(
            st.floats(-1e9, 1e9, allow_nan=False).map(lambda v: round(v, 3)),
            min_size=len(gaps),
            max_size=len(gaps),
        )
    )
    return np.cumsum(gaps).tolist(), values


def ranged(times, values, query):
    store = MemoryStore()
    store.append_column(SERIES, np.array(times), np.array(values))
    answer = EmbeddedQuerier(store).range(query, 0, 900, 7)
    return dict(zip(answer[0].times.tolist(), answer[0].values.tolist(), strict=True)) if answer else {}


@pytest.mark.parametrize(
    ("function", "options"),
    [
        ("rate", {"counter": True, "per_second": True}),
        ("increase", {"counter": True, "per_second": False}),
        ("delta", {"counter": False, "per_second": False}),
    ],
)
@settings(deadline=None, derandomize=True, max_examples=40)
@given(column=columns(), range_seconds=st.integers(1, 300))
def test_extrapolation_equals_the_naive_one(function, options, column, range_seconds):
    times, values = column
    if options["counter"]:
        values = [abs(v) for v in values]
    found = ranged(times, values, f"{function}(x_total[{range_seconds}s])")
    for at in range(0, 900, 7):
        wanted = extrapolated(times, values, at * 1000, range_seconds * 1000, **options)
        if wanted is None:
            assert at not in found
        else:
            assert found[at] == pytest.approx(wanted, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("function", sorted(OVER_TIME))
@settings(deadline=None, derandomize=True, max_examples=40)
@given(column=columns(), range_seconds=st.integers(1, 300))
def test_over_time_equals_the_naive_one(function, column, range_seconds):
    times, values = column
    found = ranged(times, values, f"{function}(x_total[{range_seconds}s])")
    for at in range(0, 900, 7):
        held = [v for _, v in window(times, values, (at - range_seconds) * 1000, at * 1000)]
        if held:
            assert found[at] == pytest.approx(OVER_TIME[function](held), rel=1e-12, abs=1e-12)
        else:
            assert at not in found


def test_the_left_edge_of_a_window_is_open(loaded):
    querier = loaded("load 1m\n x 1 2 3")
    assert [s.value for s in querier.instant("count_over_time(x[1m])", 120)] == [1.0]


def test_a_stale_marker_ends_a_series_and_is_no_sample_of_a_window(loaded):
    querier = loaded("load 1m\n x 1 2 stale\n y 1 2 3")
    assert querier.instant("x", 120) == []
    assert [s.value for s in querier.instant("count_over_time(x[5m])", 120)] == [2.0]
    assert [s.value for s in querier.instant("count_over_time(y[5m])", 120)] == [3.0]


def test_a_rate_rounds_as_prometheus_rounds(loaded):
    querier = loaded("load 15s\n x_total 0+1x8")
    assert [s.value for s in querier.instant("rate(x_total[1m])", 120)] == [3.0 * (60.0 / 45.0 / 60.0)]


def test_huge_neighbours_cost_no_digits(loaded):
    querier = loaded("load 1m\n x 1e100 1 1 1 -1e100 0.1 0.2 0.3")
    assert [s.value for s in querier.instant("sum_over_time(x[3m])", 180)] == [3.0]
    assert [s.value for s in querier.instant("sum_over_time(x[3m])", 420)] == [pytest.approx(0.6, rel=1e-15)]


def test_small_samples_survive_great_ones_of_earlier_windows(loaded):
    querier = loaded("load 1m\n x 7e42 3e200 1 2 1e-30 3")
    (series,) = querier.range("sum_over_time(x[2m])", 120, 300, 60)
    assert series.values.tolist() == [3e200, 3.0, 2.0, 3.0]


def test_infinities_do_not_leak_into_later_windows(loaded):
    querier = loaded("load 1m\n x Inf 1 2 3")
    (series,) = querier.range("sum_over_time(x[2m])", 0, 180, 60)
    assert series.values.tolist() == [math.inf, math.inf, 3.0, 5.0]


def test_equal_samples_have_no_variance(loaded):
    querier = loaded("load 1m\n x 1.5990505637277868x9")
    assert [s.value for s in querier.instant("stddev_over_time(x[10m])", 540)] == [0.0]


def test_growth_after_a_reset_is_not_lost_beside_what_was_lost_in_it(loaded):
    querier = loaded("load 1m\n x_total 1e100 0 2 1 3")
    assert [s.value for s in querier.instant("increase(x_total[5m])", 240)] == [5.0 * 300 / 240]
