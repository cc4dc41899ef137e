"""Binary operators between scalars and vectors."""

from dataclasses import replace

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


def sets(op: str, left: Vector, right: Vector, matching: Matching) -> Vector:
    """``and``, ``or``, ``unless``: decided at each step by what is present there."""
    left_keys, right_keys = signatures(left.labels, matching), signatures(right.labels, matching)
    if op == "or":
        return _union(left, right, any_present(left, left_keys), right_keys)
    in_right = any_present(right, right_keys)
    nowhere = np.zeros(left.values.shape[1], dtype=bool)
    other = np.array([in_right.get(key, nowhere) for key in left_keys], dtype=bool).reshape(
        left.present.shape
    )
    kept = left.present & (other if op == "and" else ~other)
    return left.with_values(left.values, kept).inhabited()


def _union(
    left: Vector, right: Vector, in_left: dict[Signature, Mask], right_keys: list[Signature]
) -> Vector:
    nowhere = np.zeros(left.values.shape[1], dtype=bool)
    taken = np.array([in_left.get(key, nowhere) for key in right_keys], dtype=bool).reshape(
        right.present.shape
    )
    rest = right.with_values(right.values, right.present & ~taken)
    both = Vector(
        left.labels + rest.labels,
        np.concatenate([left.values, rest.values]),
        np.concatenate([left.present, rest.present]),
        np.concatenate([left.unnamed, rest.unnamed]),
    )
    return merged(both.inhabited())


def negated(value: Vector, *, delayed: bool) -> Vector:
    """Unary minus."""
    return without_names(replace(value, values=-value.values), delayed=delayed)
