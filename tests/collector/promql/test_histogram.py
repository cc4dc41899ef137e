import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.embedded import EmbeddedQuerier
from collector.labels import Labels
from collector.memory import MemoryStore

BOUNDS = (0.1, 0.5, 1.0, math.inf)


def stored(counts):
    store = MemoryStore()
    for bound, count in zip(BOUNDS, counts, strict=True):
        labels = Labels({"__name__": "h_bucket", "le": "+Inf" if math.isinf(bound) else str(bound)})
        store.append(labels, 0, count)
    return EmbeddedQuerier(store)


def quantile(q, bounds, counts):
    """By Prometheus' documentation, one histogram at a time."""
    rank = q * counts[-1]
    if counts[-1] == 0:
        return math.nan
    bucket = next((i for i, count in enumerate(counts[:-1]) if count >= rank), len(counts) - 1)
    if bucket == len(counts) - 1:
        return bounds[-2]
    start, before = (bounds[bucket - 1], counts[bucket - 1]) if bucket else (0.0, 0.0)
    inside = counts[bucket] - before
    return start + (bounds[bucket] - start) * ((rank - before) / inside) if inside else math.nan


@settings(deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 50), min_size=4, max_size=4), st.floats(0, 1))
def test_quantile_equals_the_naive_one(new_in_bucket, q):
    counts = np.cumsum(new_in_bucket).astype(float).tolist()
    (sample,) = stored(counts).instant(f"histogram_quantile({q!r}, h_bucket)", 0)
    assert sample.value == pytest.approx(quantile(q, BOUNDS, counts), rel=1e-9, nan_ok=True)


def test_falling_buckets_are_mended_with_an_info():
    answer = stored([3, 2, 5, 4]).evaluate("histogram_quantile(1, h_bucket)", 0)
    assert answer.result.values.tolist() == [1.0]
    assert "monotonicity" in answer.infos[0]


def test_rounding_errors_are_mended_in_silence():
    answer = stored([3, 3 - 1e-15, 5, 5]).evaluate("histogram_quantile(0.5, h_bucket)", 0)
    assert answer.infos == ()


def test_a_bucket_without_bound_warns():
    store = MemoryStore()
    store.append(Labels({"__name__": "h_bucket", "le": "wide"}), 0, 1)
    answer = EmbeddedQuerier(store).evaluate("histogram_quantile(0.5, h_bucket)", 0)
    assert len(answer.result.labels) == 0
    assert 'malformed value of "wide"' in answer.warnings[0]


def test_a_bucket_that_is_missing_at_some_steps_is_left_out_there(loaded):
    querier = loaded(
        'load 1m\n h_bucket{le="1"} 1 1 1\n h_bucket{le="2"} 4 stale _\n h_bucket{le="+Inf"} 4 4 4'
    )
    (series,) = querier.range("histogram_quantile(0.5, h_bucket)", 0, 120, 60)
    assert series.values.tolist() == [pytest.approx(4 / 3), 1.0, 1.0]


@pytest.mark.parametrize("spelled", ["1_0", " 1", "1e400", "one"])
def test_buckets_whose_bound_go_does_not_read_are_left_out(loaded, spelled):
    querier = loaded('load 1m\n h_bucket{le="1"} 5\n h_bucket{le="2"} 10\n h_bucket{le="+Inf"} 10')
    moved = f'label_replace(h_bucket, "le", "{spelled}", "le", "1")'
    assert [s.value for s in querier.instant(f"histogram_quantile(0.25, {moved})", 0)] == [0.5]


def test_a_bound_may_be_hexadecimal(loaded):
    querier = loaded('load 1m\n h_bucket{le="0x1p-1"} 5\n h_bucket{le="+Inf"} 5')
    assert [s.value for s in querier.instant("histogram_quantile(1, h_bucket)", 0)] == [0.5]
