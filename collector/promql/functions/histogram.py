"""histogram_quantile over classic buckets (series with a label ``le``)."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from collector.labels import METRIC_NAME, Labels
from collector.promql.notes import Notes
from collector.promql.value import Indices, Mask, Vector, vector
from collector.series import Values

_BOUND = "le"
_HEXADECIMAL = re.compile(r"[+-]?0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)p[+-]?\d+", re.IGNORECASE)
# Relative differences of neighbouring buckets below this are rounding, not a broken histogram.
_SMALL_DELTA = 1e-12
_SMALLEST_NORMAL = 2.2250738585072014e-308


@dataclass(frozen=True)
class _Histogram:
    """rows: the vector's series, by rising bound; bounds: theirs."""

    labels: Labels
    rows: Indices
    bounds: tuple[float, ...]


def histogram_quantile(value: Vector, quantile: Values, notes: Notes) -> Vector:
    """quantile: (t,). One series for each histogram, without its name; the caller looks for duplicates."""
    notes.check_quantiles(quantile)
    histograms = list(_histograms(value, notes))
    values = np.full((len(histograms), value.values.shape[1]), np.nan)
    present = np.zeros(values.shape, dtype=bool)
    for numbers, rows, columns, bounds in _batches(value.present, histograms):
        counts = value.values[np.ix_(rows.ravel(), columns)].reshape(*rows.shape, len(columns))
        found, forced = _quantiles(quantile[columns], np.array(bounds), counts)
        values[np.ix_(numbers, columns)] = found
        present[np.ix_(numbers, columns)] = True
        for number in numbers[forced]:
            notes.forced_monotonic(value.labels[histograms[number].rows[0]].metric)
    return vector([h.labels.without(METRIC_NAME) for h in histograms], values, present)


def _histograms(value: Vector, notes: Notes) -> Iterator[_Histogram]:
    members: dict[Labels, list[tuple[float, int]]] = defaultdict(list)
    for row, labels in enumerate(value.labels):
        try:
            bound = _parsed_bound(labels.get(_BOUND))
        except ValueError:
            notes.bad_bucket(labels.metric, labels.get(_BOUND))
            continue
        members[labels.without(_BOUND)].append((bound, row))
    for labels, buckets in members.items():
        buckets.sort()
        rows = np.array([row for _, row in buckets], dtype=np.intp)
        yield _Histogram(labels, rows, tuple(bound for bound, _ in buckets))


def _parsed_bound(text: str) -> float:
    """As Go's ParseFloat reads it: neither blanks, nor underscores, nor overflow, but hexadecimals."""
    if _HEXADECIMAL.fullmatch(text):
        return float.fromhex(text)
    bound = float(text)
    overflows = math.isinf(bound) and "inf" not in text.lower()
    if not text.isascii() or "_" in text or text.strip() != text or overflows:
        raise ValueError(f"not a number: {text!r}")
    return bound


def _batches(
    present: Mask, histograms: list[_Histogram]
) -> Iterator[tuple[Indices, Indices, Indices, tuple[float, ...]]]:
    """What can be computed at once: h histograms whose buckets (h, b) are all there at the same steps."""
    batches: dict[tuple[tuple[float, ...], bytes], list[tuple[int, Indices]]] = defaultdict(list)
    for number, histogram in enumerate(histograms):
        for rows, bounds, steps in _complete(present, histogram):
            batches[bounds, np.packbits(steps).tobytes()].append((number, rows))
    for (bounds, packed), jobs in batches.items():
        bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=present.shape[1])
        numbers = np.array([number for number, _ in jobs], dtype=np.intp)
        yield numbers, np.array([rows for _, rows in jobs]), np.flatnonzero(bits), bounds


def _complete(present: Mask, histogram: _Histogram) -> Iterator[tuple[Indices, tuple[float, ...], Mask]]:
    """The histogram's buckets and the steps at which exactly these are present."""
    here = present[histogram.rows]
    if here.all():
        yield histogram.rows, histogram.bounds, np.ones(here.shape[1], dtype=bool)
        return
    patterns, steps = np.unique(here, axis=1, return_inverse=True)
    for number, pattern in enumerate(patterns.T):
        if pattern.any():
            bounds = tuple(b for b, there in zip(histogram.bounds, pattern, strict=True) if there)
            yield histogram.rows[pattern], bounds, steps.reshape(-1) == number


def _quantiles(quantile: Values, bounds: Values, counts: Values) -> tuple[Values, Mask]:
    """counts: (h, b, t) cumulative; bounds: (b,) rising. Values (h, t), and (h,) what had to be mended."""
    shape = (counts.shape[0], counts.shape[2])
    if not np.isposinf(bounds[-1]):
        return _outside(quantile, np.full(shape, np.nan)), np.zeros(shape[0], dtype=bool)
    starts = np.flatnonzero(np.diff(bounds, prepend=np.nan) != 0)
    if len(starts) < len(bounds):
        bounds, counts = bounds[starts], np.add.reduceat(counts, starts, axis=1)
    counts, forced = _monotonic(counts)
    if len(bounds) < 2:
        return _outside(quantile, np.full(shape, np.nan)), forced
    return _outside(quantile, _interpolated(quantile, bounds, counts)), forced


def _outside(quantile: Values, inside: Values) -> Values:
    out = np.where(quantile < 0, -np.inf, np.where(quantile > 1, np.inf, inside))
    return np.where(np.isnan(quantile), np.nan, out)


def _monotonic(counts: Values) -> tuple[Values, Mask]:
    """No bucket below the one before it; (h,) says where that took more than undoing a rounding error."""
    if (counts[:, 1:] >= counts[:, :-1]).all():
        rises = np.diff(counts, axis=1)
        if not ((rises > 0) & (rises <= _SMALL_DELTA * 2 * counts[:, 1:])).any():
            return counts, np.zeros(len(counts), dtype=bool)
    mended = counts.copy()
    forced = np.zeros(len(counts), dtype=bool)
    for i in range(1, counts.shape[1]):
        before, here = mended[:, i - 1], counts[:, i]
        same = _almost_equal(before, here)
        falls = ~same & (here < before)
        forced |= falls.any(axis=1)
        mended[:, i] = np.where(same | falls, before, here)
    return mended, forced


def _almost_equal(a: Values, b: Values) -> Mask:
    size, difference = np.abs(a) + np.abs(b), np.abs(a - b)
    tiny = (a == 0) | (b == 0) | (size < _SMALLEST_NORMAL)
    near = np.where(tiny, difference < _SMALL_DELTA * _SMALLEST_NORMAL, difference / size < _SMALL_DELTA)
    equal: Mask = (a == b) | near
    return equal


def _interpolated(quantile: Values, bounds: Values, counts: Values) -> Values:
    """Linear within the bucket that the rank falls into; the lowest starts at 0, the highest has no end."""
    observations = counts[:, -1]
    rank = quantile * observations
    last = len(bounds) - 1
    bucket = (~(counts[:, :-1] >= rank[:, None])).sum(axis=1)
    below = np.maximum(bucket - 1, 0)
    upper = np.take_along_axis(counts, bucket[:, None], axis=1)[:, 0]
    lower = np.where(bucket > 0, np.take_along_axis(counts, below[:, None], axis=1)[:, 0], 0.0)
    start = np.where(bucket > 0, bounds[below], 0.0)
    value = start + (bounds[bucket] - start) * ((rank - lower) / (upper - lower))
    value = np.where((bucket == 0) & (bounds[0] <= 0), bounds[0], value)
    value = np.where(bucket == last, bounds[-2], value)
    return np.where(observations == 0, np.nan, value)
