"""Sums of groups of series that lose no digits: what each addition rounds away is carried along.

After Ogita, Rump and Oishi, "Accurate sum and dot product" (2005); the exact parts of nonnegative numbers
as in Rump, Ogita and Oishi, "Accurate floating-point summation" (2008).
"""

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from collector.promql.value import Indices
from collector.series import Values

_HUGE = 1e290
_CACHED_CELLS = 64 * 1024
# So many sums run side by side that each step of them costs more than calling numpy does.
_LANES = 32
_COLUMNS_AT_ONCE = 2048


def group_sums(values: Values, sizes: Indices, order: Indices | None = None) -> tuple[Values, Values]:
    """Sums of rows: of the first sizes[0] in the given order, then of sizes[1] …; no size is 0.

    values: (s, t); order: (s,), or as they stand. Totals (g, t), and what they lost to rounding.
    """
    order = np.arange(len(values)) if order is None else order
    if sizes.max(initial=0) <= 1:
        return take_rows(values, order), np.zeros_like(values)
    most = values.max(axis=1, initial=0.0)
    if values.min(initial=0.0) >= 0 and most.max(initial=0.0) < _HUGE:
        if values.shape[1] == 1:
            return _sums_at_one_step(values, sizes, order)
        return _sums_of_nonnegative(values, sizes, order, most)
    return _sums_by_pairs(take_rows(values, order), sizes)


def take_rows(values: Values, rows: Indices) -> Values:
    """``values[rows]``; a view where the rows are evenly spaced, which is much faster."""
    if len(rows) == 1:
        return values[rows[0] : rows[0] + 1]
    strides = rows[1:] - rows[:-1]
    if len(rows) and strides[0] > 0 and (strides == strides[0]).all():
        return values[rows[0] : rows[-1] + 1 : strides[0]]
    return values[rows]


def rounding_error(a: Values, b: Values, total: Values) -> Values:
    """What ``a + b`` lost when it was rounded to ``total`` (Knuth's TwoSum)."""
    b_kept = total - a
    return (a - (total - b_kept)) + (b - b_kept)


def _sums_of_nonnegative(
    values: Values, sizes: Indices, order: Indices, most: Values
) -> tuple[Values, Values]:
    """Every group is shared out to lanes, which are summed side by side, and then to each other.

    most: (s,) the greatest of each row.
    """
    longest = -(-len(order) // _LANES)
    begins = np.cumsum(sizes) - sizes
    lanes_of_group = -(-sizes // longest)
    number = np.arange(lanes_of_group.sum()) - np.repeat(
        np.cumsum(lanes_of_group) - lanes_of_group, lanes_of_group
    )
    lengths = np.minimum(longest, np.repeat(sizes, lanes_of_group) - number * longest)
    firsts = np.repeat(begins, lanes_of_group) + number * longest
    above = _power_of_two_above(np.maximum.reduceat(most[order], firsts) * lengths)
    total, lost = _lane_sums(values, order, firsts, lengths, above)
    if len(lengths) == len(sizes):
        return total, lost
    joined, more = _sums_by_pairs(total, lanes_of_group)
    return joined, more + np.add.reduceat(lost, np.cumsum(lanes_of_group) - lanes_of_group, axis=0)


def _sums_at_one_step(values: Values, sizes: Indices, order: Indices) -> tuple[Values, Values]:
    """Of nonnegative numbers: for so few the calls of numpy cost more than the sums do."""
    column, stops = values[order, 0].tolist(), np.cumsum(sizes).tolist()
    sums = [math.fsum(column[begin:stop]) for begin, stop in pairwise([0, *stops])]
    total = np.array(sums, np.float64)[:, None]
    return total, np.zeros_like(total)


def _power_of_two_above(numbers: Values) -> Values:
    return np.ldexp(1.0, np.frexp(numbers)[1])


def _lane_sums(
    values: Values, order: Indices, firsts: Indices, lengths: Indices, above: Values
) -> tuple[Values, Values]:
    """Lane i sums lengths[i] rows from order[firsts[i]] on.

    above: a power of two above all that the sum can reach. It starts from there: so what an addition rounds
    away is exact, and its parts are so small that their own sum loses nothing that counts.
    """
    by_length = np.argsort(-lengths, kind="stable")
    above = above[by_length, None]
    still = np.searchsorted(-lengths[by_length], -np.arange(lengths.max()), side="left")
    rounds = [order[firsts[by_length[:lanes]] + r] for r, lanes in enumerate(still)]
    total, lost = np.empty((2, len(lengths), values.shape[1]))
    for begin in range(0, values.shape[1], _COLUMNS_AT_ONCE):
        block = slice(begin, begin + _COLUMNS_AT_ONCE)
        sums, errors = _added(values[:, block], rounds, above)
        total[by_length, block], lost[by_length, block] = sums - above, errors
    return total, lost


def _added(values: Values, rounds: list[Indices], above: Values) -> tuple[Values, Values]:
    sums = np.repeat(above, values.shape[1], axis=1)
    errors, kept, before = np.zeros_like(sums), np.empty_like(sums), np.empty_like(sums)
    for rows in rounds:
        some, lanes = take_rows(values, rows), slice(len(rows))
        np.copyto(before[lanes], sums[lanes])
        sums[lanes] += some
        np.subtract(sums[lanes], before[lanes], out=kept[lanes])
        np.subtract(some, kept[lanes], out=kept[lanes])
        errors[lanes] += kept[lanes]
    return sums, errors


def _sums_by_pairs(values: Values, sizes: Indices) -> tuple[Values, Values]:
    """Of any numbers. Some columns are done at a time, to stay within the cache."""
    rows, columns = values.shape
    total, lost = np.empty((2, len(sizes), columns))
    rounds, starts = list(_rounds(sizes)), np.cumsum(sizes) - sizes
    width = max(16, _CACHED_CELLS // max(1, rows))
    for begin in range(0, columns, width):
        block = slice(begin, begin + width)
        _add_up(values[:, block], rounds, starts, total[:, block], lost[:, block])
    return total, np.where(np.isfinite(total), lost, 0.0)


def _rounds(sizes: Indices) -> Iterator[tuple[Indices, Indices]]:
    """Rows to add to each other, pairwise, until the first row of each group holds its sum."""
    rank = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    last = np.repeat(sizes, sizes) - 1
    distance = 1
    while distance < sizes.max(initial=0):
        left = np.flatnonzero((rank % (2 * distance) == 0) & (rank + distance <= last))
        yield left, left + distance
        distance *= 2


def _add_up(
    values: Values, rounds: list[tuple[Indices, Indices]], starts: Indices, total: Values, lost: Values
) -> None:
    sums, errors = values.copy(), np.zeros(values.shape)
    for left, right in rounds:
        first, second = sums[left], sums[right]
        sums[left] = paired = first + second
        errors[left] += rounding_error(first, second, paired) + errors[right]
    total[:], lost[:] = sums[starts], errors[starts]
