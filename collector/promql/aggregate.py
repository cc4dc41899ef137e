"""Aggregations that make one series of each group: sum, avg, min, max, count, stddev and so on."""

from collections.abc import Callable

import numpy as np

from collector.promql.grouping import Groups, grouped, unnamed_groups
from collector.promql.groupsums import group_sums
from collector.promql.notes import Notes
from collector.promql.quantiles import quantile_of_rows
from collector.promql.syntax import Grouping
from collector.promql.value import Mask, Vector
from collector.series import Values


def reduced(op: str, value: Vector, grouping: Grouping) -> Vector:
    """The answer of any of ``REDUCTIONS``: one series for each group, present where any member is."""
    groups = grouped(value, grouping)
    values, counts = _REDUCTIONS[op](value, groups)
    return _answer(value, groups, grouping, values, counts > 0)


def quantile(value: Vector, grouping: Grouping, parameter: Values, notes: Notes) -> Vector:
    """parameter: (t,) the quantile at each step."""
    notes.check_quantiles(parameter)
    groups = grouped(value, grouping)
    values = np.empty((len(groups.labels), value.values.shape[1]))
    for number, rows in enumerate(groups.rows()):
        values[number] = quantile_of_rows(parameter, value.values[rows].T, value.present[rows].T)
    return _answer(value, groups, grouping, values, _counts(value, groups) > 0)


def _answer(value: Vector, groups: Groups, grouping: Grouping, values: Values, present: Mask) -> Vector:
    return Vector(groups.labels, values, present, unnamed_groups(value, groups, grouping))


def _arranged(value: Vector, groups: Groups, absent: float) -> Values:
    """The values with those of a group side by side, and ``absent`` where there is none."""
    return groups.arranged(_filled(value, absent))


def _filled(value: Vector, absent: float) -> Values:
    return value.values if value.is_full else np.where(value.present, value.values, absent)


def _counts(value: Vector, groups: Groups) -> Values:
    if not groups.labels:
        return np.zeros((0, value.values.shape[1]))
    if value.is_full:
        return np.repeat(groups.sizes[:, None].astype(np.float64), value.values.shape[1], axis=1)
    present = groups.arranged(value.present)
    return np.add.reduceat(present, groups.starts, axis=0, dtype=np.float64)


def _sum(value: Vector, groups: Groups) -> tuple[Values, Values]:
    total, lost = group_sums(_filled(value, 0.0), groups.sizes, groups.order)
    return total + lost, _counts(value, groups)


def _avg(value: Vector, groups: Groups) -> tuple[Values, Values]:
    values, counts = _filled(value, 0.0), _counts(value, groups)
    total, lost = group_sums(values, groups.sizes, groups.order)
    means = (total + lost) / counts
    if not np.isfinite(total).all():
        # The sum may have overflowed where the mean does not; a power of two scales without rounding.
        total, lost = group_sums(values * 2.0**-64, groups.sizes, groups.order)
        means = np.where(np.isfinite(means), means, (total + lost) / counts * 2.0**64)
    return means, counts


def _extreme(ufunc: np.ufunc) -> Callable[[Vector, Groups], tuple[Values, Values]]:
    def reduce(value: Vector, groups: Groups) -> tuple[Values, Values]:
        counts = _counts(value, groups)
        if not groups.labels:
            return counts, counts
        return ufunc.reduceat(_arranged(value, groups, np.nan), groups.starts, axis=0), counts

    return reduce


def _count(value: Vector, groups: Groups) -> tuple[Values, Values]:
    counts = _counts(value, groups)
    return counts, counts


def _group(value: Vector, groups: Groups) -> tuple[Values, Values]:
    counts = _counts(value, groups)
    return np.ones_like(counts), counts


def _stdvar(value: Vector, groups: Groups) -> tuple[Values, Values]:
    """Two passes over the distances from the least member, so that equal members vary by exactly 0."""
    lowest, counts = _extreme(np.fmin)(value, groups)
    present = groups.arranged(value.present)
    away = np.where(present, groups.arranged(value.values) - np.repeat(lowest, groups.sizes, axis=0), 0.0)
    total, lost = group_sums(away, groups.sizes)
    mean = np.repeat((total + lost) / counts, groups.sizes, axis=0)
    squares, lost = group_sums(np.where(present, (away - mean) ** 2, 0.0), groups.sizes)
    return (squares + lost) / counts, counts


def _stddev(value: Vector, groups: Groups) -> tuple[Values, Values]:
    variance, counts = _stdvar(value, groups)
    return np.sqrt(variance), counts


_REDUCTIONS: dict[str, Callable[[Vector, Groups], tuple[Values, Values]]] = {
    "sum": _sum,
    "avg": _avg,
    "min": _extreme(np.fmin),
    "max": _extreme(np.fmax),
    "count": _count,
    "group": _group,
    "stdvar": _stdvar,
    "stddev": _stddev,
}
REDUCTIONS = frozenset(_REDUCTIONS)
