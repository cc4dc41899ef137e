"""Aggregations that make one series of each group: sum, avg, min, max, count, stddev and so on."""

from collections.abc import Callable

import numpy as np

from collector.promql.grouping import Groups, grouped, unnamed_groups
from collector.promql.notes import Notes
from collector.promql.quantiles import quantile_of_rows
from collector.promql.sums import compensated_add
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


def _counts(value: Vector, groups: Groups) -> Values:
    counts = np.zeros((len(groups.labels), value.values.shape[1]))
    for targets, rows in groups.layers():
        counts[targets] += value.present[rows]
    return counts


def _sum_parts(value: Vector, groups: Groups, scale: float = 1.0) -> tuple[Values, Values, Values]:
    """Total, what its rounding lost, and the count, (g, t) each."""
    total = np.zeros((len(groups.labels), value.values.shape[1]))
    lost, counts = np.zeros_like(total), np.zeros_like(total)
    values = value.values if value.present.all() else np.where(value.present, value.values, 0.0)
    for targets, rows in groups.layers():
        total[targets], lost[targets] = compensated_add(total[targets], lost[targets], values[rows] * scale)
        counts[targets] += value.present[rows]
    return total, lost, counts


def _sum(value: Vector, groups: Groups) -> tuple[Values, Values]:
    total, lost, counts = _sum_parts(value, groups)
    return total + lost, counts


def _avg(value: Vector, groups: Groups) -> tuple[Values, Values]:
    total, lost, counts = _sum_parts(value, groups)
    means = (total + lost) / counts
    if np.isinf(total).any():
        # The sum may have overflowed where the mean does not; a power of two scales without rounding.
        total, lost, _ = _sum_parts(value, groups, scale=2.0**-64)
        means = np.where(np.isfinite(means), means, (total + lost) / counts * 2.0**64)
    return means, counts


def _extreme(ufunc: np.ufunc) -> Callable[[Vector, Groups], tuple[Values, Values]]:
    def reduce(value: Vector, groups: Groups) -> tuple[Values, Values]:
        out = np.full((len(groups.labels), value.values.shape[1]), np.nan)
        values = value.values if value.present.all() else np.where(value.present, value.values, np.nan)
        for targets, rows in groups.layers():
            out[targets] = ufunc(out[targets], values[rows])
        return out, _counts(value, groups)

    return reduce


def _count(value: Vector, groups: Groups) -> tuple[Values, Values]:
    counts = _counts(value, groups)
    return counts, counts


def _group(value: Vector, groups: Groups) -> tuple[Values, Values]:
    counts = _counts(value, groups)
    return np.ones_like(counts), counts


def _stdvar(value: Vector, groups: Groups) -> tuple[Values, Values]:
    """Welford's method, one member of every group at a time."""
    mean = np.zeros((len(groups.labels), value.values.shape[1]))
    squares, counts = np.zeros_like(mean), np.zeros_like(mean)
    for targets, rows in groups.layers():
        here = value.present[rows]
        counts[targets] += here
        away = np.where(here, value.values[rows] - mean[targets], 0.0)
        mean[targets] += away / np.maximum(counts[targets], 1)
        squares[targets] += np.where(here, away * (value.values[rows] - mean[targets]), 0.0)
    return squares / counts, counts


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
