"""Aggregations that pick series out of each group, and count_values, which makes series of their values."""

import hashlib

import numpy as np
import numpy.typing as npt

from collector.errors import QueryError
from collector.labels import METRIC_NAME, Labels
from collector.promql.formatting import format_value
from collector.promql.grouping import grouped
from collector.promql.limits import Budget
from collector.promql.notes import Notes
from collector.promql.syntax import Grouping
from collector.promql.value import Indices, Mask, Vector, vector
from collector.series import Values


def top(value: Vector, grouping: Grouping, k: Values, *, largest: bool) -> Vector:
    """The k (t,) first of each group, for topk and bottomk, in the order of their ranks at the last step."""
    limits = _integers(k)
    keys = np.where(np.isnan(value.values), np.inf, -value.values if largest else value.values)
    nan_last = np.isnan(value.values) & value.present
    groups = grouped(value, grouping)
    kept = np.zeros_like(value.present)
    order: list[int] = []
    for rows in groups.rows():
        ranks = _ranks(keys[rows], nan_last[rows], value.present[rows])
        kept[rows] = value.present[rows] & (ranks < limits)
        order.extend(rows[np.argsort(ranks[:, -1], kind="stable")])
    return value.with_values(value.values, kept).rows(np.array(order, dtype=np.intp)).inhabited()


def _ranks(keys: Values, nans: Mask, present: Mask) -> Indices:
    """(m, t) the place of each series at each step: numbers, then NaN, then those that are absent."""
    order = np.lexsort((keys, nans, ~present), axis=0)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(len(order))[:, None], axis=0)
    return ranks


def limit(value: Vector, grouping: Grouping, k: Values) -> Vector:
    """limitk: the first k series of each group."""
    limits = _integers(k)
    seen = np.zeros_like(value.present)
    for rows in grouped(value, grouping).rows():
        seen[rows] = value.present[rows] & (np.cumsum(value.present[rows], axis=0) <= limits)
    return value.with_values(value.values, seen).inhabited()


def limit_ratio(value: Vector, ratio: float, notes: Notes) -> Vector:
    """The share ``ratio`` of the series, chosen by a hash of labels; a negative one picks the complement."""
    if np.isnan(ratio):
        raise QueryError("Ratio value NaN is NaN", kind="execution")
    capped = float(np.clip(ratio, -1, 1))
    if capped != ratio:
        notes.bad_ratio(ratio, capped)
    places = np.array([_place(labels) for labels in value.labels])
    return value.rows(np.flatnonzero(places < capped if capped >= 0 else places >= 1 + capped))


def _place(labels: Labels) -> float:
    """Where a label set stands in [0, 1): evenly spread, the same in every process."""
    text = "\xff".join(part for pair in labels.pairs for part in pair)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest()) / 2**48


def count_values(value: Vector, grouping: Grouping, label: str, budget: Budget) -> Vector:
    """How many series of each group have each value; it goes into ``label``, unless that is grouped away.

    budget: pays for the answer, which has a series for each value: it may be far larger than what is counted.
    """
    if not label:
        raise QueryError('invalid label name ""', kind="execution")
    groups = grouped(value, grouping)
    hidden = grouping.without and label in {METRIC_NAME, *grouping.labels}
    labels: list[Labels] = []
    counts: list[Values] = []
    for base, rows in zip(groups.labels, groups.rows(), strict=True):
        distinct, counted = _counted(value.values[rows], value.present[rows], budget)
        counts.append(counted)
        labels += [base if hidden else base.merged({label: format_value(number)}) for number in distinct]
    table = np.concatenate(counts) if counts else np.empty((0, value.values.shape[1]))
    return _added_up(vector(labels, table, table > 0))


def _counted(values: Values, present: Mask, budget: Budget) -> tuple[list[float], Values]:
    """The distinct values that are spelled differently (d), and how often each occurs at each step (d, t)."""
    steps = values.shape[1]
    distinct, places = np.unique(_spelled_bits(values)[present], return_inverse=True)
    budget.spend(len(distinct) * steps)
    budget.check_time()
    cells = places * steps + np.nonzero(present)[1]
    counted = np.bincount(cells, minlength=len(distinct) * steps).reshape(len(distinct), steps)
    return distinct.view(np.float64).tolist(), counted.astype(np.float64)


def _spelled_bits(values: Values) -> npt.NDArray[np.int64]:
    """Equal where the values are spelled alike: -0 is not 0, and any NaN is NaN."""
    return np.where(np.isnan(values), np.nan, values).view(np.int64)


def _added_up(value: Vector) -> Vector:
    """Groups that the new label makes equal count together."""
    if len(set(value.labels)) == len(value.labels):
        return value
    numbers = {labels: i for i, labels in enumerate(dict.fromkeys(value.labels))}
    table = np.zeros((len(numbers), value.values.shape[1]))
    np.add.at(table, [numbers[labels] for labels in value.labels], value.values)
    return vector(tuple(numbers), table, table > 0)


def _integers(k: Values) -> Values:
    for wrong in k[~(np.abs(k) < 2.0**63)]:
        raise QueryError(f"Scalar value {format_value(float(wrong))} overflows int64", kind="execution")
    return np.trunc(k)
