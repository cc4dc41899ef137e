"""Binary operators between scalars and vectors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from collector.errors import QueryError
from collector.promql.matching import Pairs, Signature, any_present, matched, result_labels, signatures
from collector.promql.operators import ARITHMETIC, COMPARISON
from collector.promql.syntax import Cardinality, Matching
from collector.promql.value import Indices, Mask, Scalar, Vector, empty_vector, merged, without_names
from collector.series import Values

_MANY_TO_ONE = "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
_UNIQUE_GROUPS = "multiple matches for labels: grouping labels must ensure unique matches"


def scalars(op: str, left: Scalar, right: Scalar) -> Scalar:
    """An arithmetic operator, or a comparison with ``bool``."""
    if op in ARITHMETIC:
        return Scalar(ARITHMETIC[op](left.values, right.values))
    return Scalar(COMPARISON[op](left.values, right.values).astype(np.float64))


def with_scalar(
    op: str, value: Vector, scalar: Scalar, *, swapped: bool, returns_bool: bool, delayed: bool
) -> Vector:
    """``value op scalar``, or ``scalar op value`` when swapped; a comparison keeps the vector's values."""
    left, right = (scalar.values, value.values) if swapped else (value.values, scalar.values)
    if op in ARITHMETIC:
        out = value.with_values(ARITHMETIC[op](left, right))
        return merged(without_names(out, delayed=delayed))
    holds = COMPARISON[op](left, right)
    if returns_bool:
        out = value.with_values(holds.astype(np.float64))
        return merged(without_names(out, delayed=delayed))
    return value.with_values(value.values, value.present & holds).inhabited()


def vectors(
    op: str, left: Vector, right: Vector, matching: Matching, *, returns_bool: bool, delayed: bool
) -> Vector:
    """An arithmetic operator or a comparison between matching series."""
    if not left.labels or not right.labels:
        return empty_vector(left.values.shape[1])
    swapped = matching.cardinality is Cardinality.ONE_TO_MANY
    many, one = (right, left) if swapped else (left, right)
    pairs = matched(many, one, matching)
    many, one = _picked(many, pairs.left), _picked(one, pairs.right)
    first, second = (one, many) if swapped else (many, one)
    values, kept = _applied(op, first.values, second.values, returns_bool=returns_bool)
    drops_name = op in ARITHMETIC or returns_bool
    labels = result_labels(many.labels, one.labels, matching, drop_name=drops_name and not delayed)
    unnamed = many.unnamed | (drops_name and delayed)
    out = Vector(labels, values, kept & many.present & one.present, unnamed)
    _check_matches(out, pairs, matching)
    return merged(out.inhabited())


def _picked(value: Vector, rows: Indices) -> Vector:
    """``value.rows(rows)`` without a copy where that is all rows in their order."""
    return value if np.array_equal(rows, np.arange(len(value.labels))) else value.rows(rows)


def _applied(op: str, left: Values, right: Values, *, returns_bool: bool) -> tuple[Values, Mask]:
    if op in ARITHMETIC:
        return ARITHMETIC[op](left, right), np.ones(1, dtype=bool)
    holds = COMPARISON[op](left, right)
    if returns_bool:
        return holds.astype(np.float64), np.ones(1, dtype=bool)
    return left, holds


def _check_matches(out: Vector, pairs: Pairs, matching: Matching) -> None:
    """Raises where two pairs would give the same series at the same step."""
    one_to_one = matching.cardinality is Cardinality.ONE_TO_ONE
    keys = [
        (s, None if one_to_one else labels)
        for s, labels in zip(pairs.signatures.tolist(), out.labels, strict=True)
    ]
    if len(set(keys)) == len(keys):
        return
    taken: dict[object, Mask] = {}
    for key, present in zip(keys, out.present, strict=True):
        if key in taken and (taken[key] & present).any():
            raise QueryError(_MANY_TO_ONE if one_to_one else _UNIQUE_GROUPS, kind="execution")
        taken[key] = taken[key] | present if key in taken else present


def filtered(op: str, left: Vector, right: Vector, matching: Matching) -> Vector:
    """``and``, ``unless``: decided at each step by what is present in the right vector there."""
    in_right = any_present(right, signatures(right.labels, matching))
    other = _looked_up(in_right, signatures(left.labels, matching), left)
    kept = left.present & (other if op == "and" else ~other)
    return left.with_values(left.values, kept).inhabited()


def _looked_up(masks: Mapping[Signature, Mask], keys: Sequence[Signature], value: Vector) -> Mask:
    """For each of the keys of a vector its mask; nowhere, where there is none."""
    nowhere = np.zeros(value.values.shape[1], dtype=bool)
    return np.array([masks.get(key, nowhere) for key in keys], dtype=bool).reshape(value.present.shape)


def union(vectors_in_order: Iterable[Vector], matching: Matching) -> Vector:
    """``or``: at each step what is present in the first, then of each further one what matches none before.

    In one pass, whose cost is that of the series given: pair by pair, each pair would pay for all before it.
    """
    parts: list[Vector] = []
    taken: dict[Signature, Mask] = {}
    for given in vectors_in_order:
        keys = signatures(given.labels, matching)
        part = (
            given.with_values(given.values, given.present & ~_looked_up(taken, keys, given))
            if taken
            else given
        )
        for key, present in any_present(part, keys).items():
            taken[key] = taken[key] | present if key in taken else present
        parts.append(part.inhabited())
    return merged(
        Vector(
            tuple(chain.from_iterable(part.labels for part in parts)),
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.present for part in parts]),
            np.concatenate([part.unnamed for part in parts]),
        )
    )


def negated(value: Vector, *, delayed: bool) -> Vector:
    """Unary minus."""
    return without_names(replace(value, values=-value.values), delayed=delayed)
