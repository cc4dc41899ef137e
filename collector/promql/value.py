"""What an expression is worth at every step of a query at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from collector.errors import QueryError
from collector.labels import METRIC_NAME, Labels, LabelSets
from collector.promql.remembered import Remembered
from collector.series import Values

Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

SAME_LABELS = "vector cannot contain metrics with the same labelset"


@dataclass(frozen=True)
class Scalar:
    """values: (t,), one for each step."""

    values: Values


@dataclass(frozen=True)
class Text:
    value: str


@dataclass(frozen=True)
class Vector:
    """Instant vectors at t steps.

    labels: one per series, s of them.
    values: (s, t); what stands where ``present`` is False means nothing.
    present: (s, t); may be a broadcast view, so never write to it.
    unnamed: (s,) series whose metric name goes when the query ends (delayed name removal).
    """

    labels: tuple[Labels, ...]
    values: Values
    present: Mask
    unnamed: Mask

    def with_values(self, values: Values, present: Mask | None = None) -> "Vector":
        return replace(self, values=values, present=self.present if present is None else present)

    def rows(self, indices: Indices) -> "Vector":
        labels = tuple(self.labels[i] for i in indices)
        return Vector(labels, self.values[indices], self.present[indices], self.unnamed[indices])

    @property
    def is_full(self) -> bool:
        """Whether every series has a value at every step."""
        return _is_one_true_cell(self.present) or bool(self.present.all())

    def inhabited(self) -> "Vector":
        """Without the series that have no value at any step."""
        if _is_one_true_cell(self.present):
            return self
        alive = self.present.any(axis=1)
        return self if alive.all() else self.rows(np.flatnonzero(alive))


Value: TypeAlias = Scalar | Text | Vector


def vector(labels: Sequence[Labels], values: Values, present: Mask) -> Vector:
    """A vector whose metric names, if there are any, stay."""
    series = labels if isinstance(labels, tuple) else tuple(labels)
    return Vector(series, values, present, np.zeros(len(labels), dtype=bool))


def present_at(steps: Mask, series: int) -> Mask:
    """(s, t) of series with values at the same of the t steps: a view of one cell, if at all of them."""
    if steps.all():
        return _all_true(series, len(steps))
    return np.broadcast_to(steps, (series, len(steps)))


def _all_true(series: int, steps: int) -> Mask:
    return np.ndarray((series, steps), np.bool_, b"\x01", strides=(0, 0))


def _is_one_true_cell(present: Mask) -> bool:
    """As ``present_at`` and ``all_present`` make it, it need not be looked through."""
    return present.strides == (0, 0) and bool(present.size and present.item(0))


def all_present(masks: Sequence[Mask]) -> Mask:
    """Masks below each other."""
    if all(map(_is_one_true_cell, masks)):
        return _all_true(sum(map(len, masks)), masks[0].shape[1])
    return np.concatenate(masks)


def empty_vector(steps: int) -> Vector:
    """A vector of no series."""
    return vector((), np.empty((0, steps)), np.zeros((0, steps), dtype=bool))


def vector_of_scalar(scalar: Scalar, labels: LabelSets) -> Vector:
    """A series for each of the label sets."""
    values = np.repeat(scalar.values[None, :], len(labels), axis=0)
    return vector(labels, values, np.ones(values.shape, dtype=bool))


def without_names(value: Vector, *, delayed: bool) -> Vector:
    """Drops the metric names, or marks them to be dropped at the end; does not look for duplicates."""
    if delayed:
        return replace(value, unnamed=np.ones(len(value.labels), dtype=bool))
    return replace(value, labels=_nameless(value.labels))


@Remembered
def _nameless(series: tuple[Labels, ...]) -> LabelSets:
    return LabelSets([labels.without(METRIC_NAME) for labels in series])


def checked_unique(value: Vector) -> Vector:
    """Raises when two series have the same labels, even at different steps."""
    value = value.inhabited()
    if not _unique(value.labels):
        raise QueryError(SAME_LABELS, kind="execution")
    return value


@Remembered
def _unique(series: tuple[Labels, ...]) -> bool:
    return len(set(series)) == len(series)


def merged(value: Vector, error: str = SAME_LABELS) -> Vector:
    """Joins series of equal labels that never meet at a step; raises ``error`` for those that do."""
    if _unique(value.labels):
        return value
    by_labels: dict[Labels, list[int]] = defaultdict(list)
    for row, labels in enumerate(value.labels):
        by_labels[labels].append(row)
    firsts = np.array([rows[0] for rows in by_labels.values()], dtype=np.intp)
    out = value.rows(firsts)
    values, present = out.values.copy(), out.present.copy()
    for target, rows in enumerate(by_labels.values()):
        for row in rows[1:]:
            if (present[target] & value.present[row]).any():
                raise QueryError(error, kind="execution")
            values[target] = np.where(value.present[row], value.values[row], values[target])
            present[target] |= value.present[row]
    return out.with_values(values, present)
