"""sort, sort_desc, sort_by_label: the order in which an instant query shows its series."""

import re
from collections.abc import Sequence

import numpy as np

from collector.labels import Labels
from collector.promql.value import Vector

_DIGITS = re.compile(r"(\d+)")


def sorted_by_value(value: Vector, *, descending: bool) -> Vector:
    """By the values of the last step; NaN comes last either way."""
    last = value.values[:, -1]
    order = np.lexsort((-last if descending else last, np.isnan(last)))
    return value.rows(order)


def sorted_by_label(value: Vector, names: Sequence[str], *, descending: bool) -> Vector:
    """By the labels in turn, numbers within them by size; ties by all labels."""

    def key(row: int) -> tuple[object, ...]:
        labels: Labels = value.labels[row]
        return tuple(_natural(labels.get(name)) for name in names), labels.pairs

    order = sorted(range(len(value.labels)), key=key, reverse=descending)
    return value.rows(np.array(order, dtype=np.intp))


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Parts that compare: digits as numbers, before any other text."""
    parts = (part for part in _DIGITS.split(text) if part)
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts]
