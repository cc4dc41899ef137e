import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from collector.series import STALE_NAN
from collector.store.codec import (
    pack_integers,
    pack_points,
    pack_values,
    unpack_integers,
    unpack_points,
    unpack_values,
)

SHAPES = st.tuples(st.integers(0, 6), st.integers(1, 9))


def same_bits(left, right):
    return left.shape == right.shape and left.tobytes() == right.tobytes()


@given(SHAPES.flatmap(lambda shape: arrays(np.uint64, shape)))
def test_any_bits_survive_packing(bits):
    values = bits.view(np.float64)
    assert same_bits(unpack_values(pack_values(values)), values)


@given(SHAPES.flatmap(lambda shape: arrays(np.int32, shape)))
def test_whole_numbers_survive_packing(numbers):
    values = numbers.astype(np.float64)
    assert same_bits(unpack_values(pack_values(values)), values)


def test_negative_zero_and_the_staleness_marker_survive():
    values = np.array([[0.0, -0.0, 1.0], [STALE_NAN, np.nan, np.inf]])
    assert same_bits(unpack_values(pack_values(values)), values)


@given(arrays(np.int64, st.integers(0, 30)))
def test_times_and_ids_survive_packing(numbers):
    assert np.array_equal(unpack_integers(pack_integers(numbers)), numbers)


def test_points_survive_packing():
    series, times, values = np.arange(3), np.array([5, 6, 7]), np.array([0.5, np.inf, -1.0])
    unpacked = unpack_points(pack_points(series, times, values))
    assert all(np.array_equal(a, b) for a, b in zip(unpacked, (series, times, values), strict=True))


def test_a_steady_counter_packs_to_under_a_byte_a_sample():
    counter = np.cumsum(np.random.default_rng(1).integers(0, 9, (20, 720)), axis=1).astype(np.float64)
    assert len(pack_values(counter)) < counter.size
