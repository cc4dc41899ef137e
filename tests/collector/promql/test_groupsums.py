"""Sums of groups lose no digit that a double can hold: math.fsum is the judge."""

import itertools
import math

import numpy as np
import pytest

from collector.promql.groupsums import group_sums

NUMBERS = {
    "nonnegative": lambda rng, shape: rng.random(shape) * 10.0 ** rng.integers(-9, 9, shape),
    "equal": lambda rng, shape: np.full(shape, 0.1),
    "zero": lambda rng, shape: np.zeros(shape),
    "tiny": lambda rng, shape: rng.random(shape) * 5e-310,
    "of both signs": lambda rng, shape: rng.normal(size=shape) * 10.0 ** rng.integers(-9, 9, shape),
    "too great for a lane": lambda rng, shape: rng.random(shape) * 1e300,
}


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("sizes", [[1], [3], [1000], [1, 2, 70, 5], [7] * 40, [200, 1, 1, 90]])
@pytest.mark.parametrize("steps", [1, 9])
def test_sums_are_rounded_once(kind, sizes, steps):
    rng = np.random.default_rng(20250903)
    values = NUMBERS[kind](rng, (sum(sizes), steps))
    order = rng.permutation(len(values))
    total, lost = group_sums(values, np.array(sizes), order)
    begins = np.cumsum([0, *sizes])
    for group, (begin, stop) in enumerate(itertools.pairwise(begins)):
        exact = [math.fsum(column) for column in values[order[begin:stop]].T]
        np.testing.assert_array_equal((total + lost)[group], exact)


def test_a_group_of_great_numbers_costs_another_no_digit():
    rng = np.random.default_rng(20250903)
    values = np.concatenate([rng.random((50, 9)) * 1e280, rng.random((50, 9)) * 1e-9])
    total, lost = group_sums(values, np.array([50, 50]))
    np.testing.assert_array_equal((total + lost)[1], [math.fsum(column) for column in values[50:].T])


def test_rows_are_summed_as_they_stand_where_no_order_is_given():
    values = np.arange(12.0).reshape(6, 2)
    total, _ = group_sums(values, np.array([2, 4]))
    assert total.tolist() == [[2.0, 4.0], [28.0, 32.0]]


def test_many_columns_are_done_in_blocks():
    values = np.arange(3.0 * 5000).reshape(3, 5000)
    total, _ = group_sums(values, np.array([3]))
    np.testing.assert_array_equal(total[0], values.sum(axis=0))


@pytest.mark.parametrize(
    ("column", "total"),
    [([1.0, np.inf], np.inf), ([np.inf, -np.inf], np.nan), ([1.0, np.nan], np.nan), ([1e308, 1e308], np.inf)],
)
def test_what_is_not_finite_is_as_added(column, total):
    with np.errstate(all="ignore"):
        found, lost = group_sums(np.array(column)[:, None], np.array([2]))
    np.testing.assert_array_equal(found + lost, [[total]])
