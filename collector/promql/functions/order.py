"""sort, sort_desc, sort_by_label: the order in which an instant query shows its series."""

import re
from collections.abc import Sequence

import numpy as np

from collector.labels import Labels
from collector.promql.value import Vector

_DIGITS = re.compile(r"([0-9]+)")


def sorted_by_value(value: Vector, *, descending: bool) -> Vector:
    """By the values of the last step; NaN comes last either way."""
    last = value.values[:, -1]
    order = np.lexsort((-last if descending else last, np.isnan(last)))
    return value.rows(order)


def sorted_by_label(value: Vector, names: Sequence[str], *, descending: bool) -> Vector:
    """By the labels in turn, numbers within them by size; ties by all labels."""
    names = tuple(dict.fromkeys(names))  # to sort by a label again changes nothing

    def key(row: int) -> tuple[object, ...]:
        labels: Labels = value.labels[row]
        return tuple(_natural(labels.get(name)) for name in names), labels.pairs

    order = sorted(range(len(value.labels)), key=key, reverse=descending)
    return value.rows(np.array(order, dtype=np.intp))


def _natural(text: str) -> list[tuple[int, int, str, str]]:
    """Parts that compare: digits as numbers of any length, before any other text."""
    parts = []
    for part in filter(None, _DIGITS.split(text)):
        digits = part.lstrip("0")
        is_number = part[0] in "0123456789"
        parts.append((0, len(digits), digits, part) if is_number else (1, 0, part, ""))
    return parts
