"""Which series of two vectors belong together under ``on``, ``ignoring``, group_left and group_right."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from collector.errors import QueryError
from collector.labels import METRIC_NAME, Labels, LabelSets
from collector.promql.remembered import Remembered
from collector.promql.syntax import Cardinality, Matching
from collector.promql.value import Indices, Mask, Vector

Signature = Labels


@dataclass(frozen=True)
class Pairs:
    """left, right: (p,) rows that match each other; signatures: (p,) the number of what they share."""

    left: Indices
    right: Indices
    signatures: Indices


def signature(labels: Labels, matching: Matching) -> Signature:
    """What two series must share to match."""
    if matching.on:
        return labels.only(*matching.labels)
    return labels.without(METRIC_NAME, *matching.labels)


@Remembered
def signatures(series: tuple[Labels, ...], matching: Matching) -> list[Signature]:
    """That of each series."""
    return [signature(labels, matching) for labels in series]


def matched(many: Vector, one: Vector, matching: Matching) -> Pairs:
    """Pairs of a row of the ``many`` side (the left one, if both are one) and a row of the ``one`` side.

    Raises:
        QueryError: execution, where two series of the ``one`` side share a signature at the same step.
    """
    pairs, rivals = _pairs(many.labels, one.labels, matching)
    if rivals:
        _check_one_side(many, one, rivals, matching)
    return pairs


_Rivals = tuple[tuple[Signature, list[int]], ...]


@Remembered
def _pairs(many: tuple[Labels, ...], one: tuple[Labels, ...], matching: Matching) -> tuple[Pairs, _Rivals]:
    """Also the rows of the ``one`` side that share a signature, by that."""
    by_signature: dict[Signature, list[int]] = defaultdict(list)
    for row, key in enumerate(signatures(one, matching)):
        by_signature[key].append(row)
    numbers = {key: number for number, key in enumerate(by_signature)}
    found = [
        (row, partner, numbers[key])
        for row, key in enumerate(signatures(many, matching))
        for partner in by_signature.get(key, ())
    ]
    left, right, shared = np.array(found, dtype=np.intp).reshape(len(found), 3).T
    rivals = tuple((key, rows) for key, rows in by_signature.items() if len(rows) > 1)
    return Pairs(left, right, shared), rivals


def _check_one_side(many: Vector, one: Vector, rivals: _Rivals, matching: Matching) -> None:
    counterpart = many.present.any(axis=0)
    for key, rows in rivals:
        twice = np.flatnonzero((one.present[rows].sum(axis=0) > 1) & counterpart)
        if len(twice):
            here = [one.labels[row] for row in rows if one.present[row, twice[0]]]
            raise QueryError(_duplicate(key, here, matching), kind="execution")


def _duplicate(key: Signature, rows: list[Labels], matching: Matching) -> str:
    side = "left" if matching.cardinality is Cardinality.ONE_TO_MANY else "right"
    return (
        f"found duplicate series for the match group {_braced(key)} on the {side} hand-side of the "
        f"operation: [{_braced(rows[1])}, {_braced(rows[0])}];many-to-many matching not allowed: "
        "matching labels must be unique on one side"
    )


def _braced(labels: Labels) -> str:
    """Go's spelling, which treats the metric name as one label among others."""
    return "{" + ", ".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


@Remembered
def result_labels(
    many: tuple[Labels, ...], one: tuple[Labels, ...], matching: Matching, *, drop_name: bool
) -> LabelSets:
    """What matched pairs are called."""
    return LabelSets(
        [
            _result_labels(mine, other, matching, drop_name=drop_name)
            for mine, other in zip(many, one, strict=True)
        ]
    )


def _result_labels(many: Labels, one: Labels, matching: Matching, *, drop_name: bool) -> Labels:
    if drop_name:
        many = many.without(METRIC_NAME)
    if matching.cardinality is Cardinality.ONE_TO_ONE:
        many = many.only(*matching.labels) if matching.on else many.without(*matching.labels)
    if matching.include:
        many = many.merged({name: one.get(name) for name in matching.include})
    return many


def any_present(value: Vector, keys: list[Signature]) -> dict[Signature, Mask]:
    """For each signature the steps at which any of its series has a value."""
    out: dict[Signature, Mask] = {}
    for key, present in zip(keys, value.present, strict=True):
        out[key] = out[key] | present if key in out else present
    return out
