"""What v3 decides otherwise than 2.42 and no choice of samples avoids: our engine, made to decide as 2.42."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np

from collector.promql import aggregate, extrapolation, overtime
from collector.promql.extrapolation import Growth
from collector.promql.functions import relabel
from collector.promql.grouping import Groups
from collector.promql.value import Mask, Vector, merged
from collector.series import Values
from tests.compliance.replies import Reply


@dataclass(frozen=True)
class Change:
    """decided_by: the lines of promqltest that speak for v3; undone: for as long as 2.42's way is wanted."""

    name: str
    decided_by: str
    undone: Callable[[], Any]

    def __str__(self) -> str:
        return f"{self.name} ({self.decided_by})"


def _extrapolated(growth: Growth, *, counter: bool, per_second: bool) -> tuple[Values, Mask]:
    """A counter's way to zero, if it is the shorter, is weighed against 1.1 × the spacing."""
    first, change = growth.first, growth.change
    sampled = (growth.newest - growth.oldest) / 1000
    spacing = sampled / (growth.counts - 1)
    to_start, to_end = (growth.oldest - growth.starts) / 1000, (growth.ends - growth.newest) / 1000
    if counter:
        to_zero = np.where((change > 0) & (first >= 0), sampled * (first / change), np.inf)
        to_start = np.minimum(to_start, to_zero)
    to_start = np.where(to_start >= spacing * 1.1, spacing / 2, to_start)
    to_end = np.where(to_end >= spacing * 1.1, spacing / 2, to_end)
    factor = (sampled + to_start + to_end) / sampled
    if per_second:
        factor = factor / ((growth.ends - growth.starts) / 1000)
    return change * factor, np.broadcast_to(growth.counts >= 2, change.shape)


_stdvar_of_v3 = aggregate._stdvar


def _stdvar(value: Vector, groups: Groups) -> tuple[Values, Values]:
    variance, counts = _stdvar_of_v3(value, groups)
    return np.where(counts == 1, 0.0, variance), counts


@contextmanager
def _one_member_never_varies() -> Iterator[None]:
    with (
        mock.patch.object(aggregate, "_stdvar", _stdvar),
        mock.patch.dict(aggregate._REDUCTIONS, {"stdvar": _stdvar}),
    ):
        yield


_variance_of_v3 = overtime._variance


def _variance(cells: Values, real: Mask) -> Values:
    variance = _variance_of_v3(cells, real)
    return np.where(np.isinf(variance), np.nan, variance)


CHANGES: tuple[Change, ...] = (
    Change(
        "a counter is stretched towards zero by half a spacing at most",
        "functions.test:165-183",
        lambda: mock.patch.object(extrapolation, "extrapolated", _extrapolated),
    ),
    Change(
        "stddev and stdvar of one member that is no number are NaN, not 0",
        "aggregators.test:689-699",
        _one_member_never_varies,
    ),
    Change(
        "stdvar_over_time that overflows is Inf, not NaN",
        "no line: v3 drops the correction of a sum that became infinite",
        lambda: mock.patch.object(overtime, "_variance", _variance),
    ),
    Change(
        "label_replace and label_join fail where series that never meet get the same labels",
        "functions.test:339 for one step: v3 looks at all steps together",
        lambda: mock.patch.object(relabel, "checked_unique", merged),
    ),
)

_WRITABLE_IN_V3 = re.compile(
    "unexpected duration|missing unit character in duration|unexpected number .* expected duration"
    "|unexpected string"
)
NEW_IN_V3 = "numbers are durations, durations are numbers (functions.test:17,258) and names may be in quotes"


def is_new_in_v3(theirs: Reply) -> bool:
    """Whether 2.42 refused what v3 reads."""
    return theirs.kind == "error" and _WRITABLE_IN_V3.search(theirs.text) is not None
