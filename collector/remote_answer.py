"""What another engine answers, read into samples and labels; a shape that is not Prometheus' is an error."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from collector.labels import Labels
from collector.series import Sample, Series

T = TypeVar("T")
_SPELLED_SECONDS = 0.0005  # times are asked to the millisecond


class ShapeError(ValueError):
    """JSON of another shape; the text says what was expected, and at which place."""


def read_vector(result: object) -> list[Sample]:
    """Samples of an instant vector. Raises ``ShapeError``."""
    return _each(result, "a sample with metric and value", _sample)


def read_scalar(result: object) -> Sample:
    """A scalar as a sample without labels. Raises ``ShapeError``."""
    (sample,) = _each([result], "a scalar of time and value", lambda pair: Sample(Labels(), *_pair(pair)))
    return sample


def read_matrix(result: object) -> list[Series]:
    """Series of a range, those without a point left out. Raises ``ShapeError``."""
    found = _each(result, "a series with metric and values, each later than the one before,", _series)
    return [series for series in found if len(series.times)]


def read_label_sets(result: object) -> list[Labels]:
    """Labels of series. Raises ``ShapeError``."""
    return _each(result, "a mapping of labels", _labels)


def within(found: Sequence[Series], start: float, end: float) -> list[Series]:
    """The series' samples in the closed interval; those without one are left out.

    Engines round the ends of a range to steps of their own, and old ones answer a window's left edge too.
    """
    kept = (_within(series, start, end) for series in found)
    return [series for series in kept if len(series.times)]


def refuse_other_times(found: Sequence[Series], start: float, end: float, step_seconds: float) -> None:
    """Raises ``ShapeError`` for samples further beside the range than an engine rounds its ends."""
    first, last = start - step_seconds - _SPELLED_SECONDS, end + step_seconds + _SPELLED_SECONDS
    for series in found:
        if series.times[0] < first or series.times[-1] > last:
            other = series.times[0] if series.times[0] < first else series.times[-1]
            raise ShapeError(f"expected samples from {start:.3f} to {end:.3f}, found one at {other:.3f}")


def _within(series: Series, start: float, end: float) -> Series:
    kept = (series.times >= start - _SPELLED_SECONDS) & (series.times <= end + _SPELLED_SECONDS)
    return series if kept.all() else Series(series.labels, series.times[kept], series.values[kept])


def _each(result: object, expected: str, read: Callable[[Any], T]) -> list[T]:
    if not isinstance(result, list):
        raise ShapeError(f"expected a list, each of them {expected}")
    found: list[T] = []
    try:
        for item in result:
            found.append(read(item))  # noqa: PERF401  the error below counts them
    except (TypeError, ValueError, LookupError, OverflowError) as error:
        raise ShapeError(f"expected {expected} at place {len(found)} of the list") from error
    return found


def _labels(item: object) -> Labels:
    if not isinstance(item, Mapping) or not all(isinstance(value, str) for value in item.values()):
        raise TypeError
    return Labels(item)


def _pair(pair: Sequence[Any]) -> tuple[float, float]:
    at, value = pair
    if isinstance(at, bool | str) or not math.isfinite(at) or not isinstance(value, str):
        raise TypeError
    return float(at), float(value)


def _sample(item: Mapping[str, Any]) -> Sample:
    return Sample(_labels(item["metric"]), *_pair(item["value"]))


def _series(item: Mapping[str, Any]) -> Series:
    points = item["values"]
    times = np.array([at for at, _ in points], np.float64)
    values = np.array([float(value) for _, value in points], np.float64)
    if not isinstance(points, list) or times.ndim > 1 or not np.isfinite(times).all():
        raise ValueError
    if np.any(np.diff(times) <= 0):
        raise ValueError
    return Series(_labels(item["metric"]), times, values)
