"""Which series of a vector aggregate together."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from collector.labels import METRIC_NAME, Labels, LabelSets
from collector.promql.remembered import Remembered
from collector.promql.syntax import Grouping
from collector.promql.value import Indices, Mask, Vector

_Cell = TypeVar("_Cell", bound=np.generic)


@dataclass(frozen=True)
class Groups:
    """labels: one per group, g of them, by first appearance.

    order: (s,) the series, those of a group side by side; sizes: (g,) how many each group has.
    """

    labels: tuple[Labels, ...]
    order: Indices
    sizes: Indices

    @property
    def starts(self) -> Indices:
        """(g,) where each group begins in ``order``."""
        starts: Indices = np.cumsum(self.sizes) - self.sizes
        return starts

    def rows(self) -> list[Indices]:
        """The series of each group, in their order."""
        return np.split(self.order, self.starts[1:]) if self.labels else []

    def arranged(self, array: npt.NDArray[_Cell]) -> npt.NDArray[_Cell]:
        """Rows in ``order``; not a copy where they stand in it already."""
        return array if (self.order[1:] > self.order[:-1]).all() else array[self.order]


def grouped(value: Vector, grouping: Grouping) -> Groups:
    """Splits the series by the labels that the grouping keeps."""
    return _groups(value.labels, grouping)


@Remembered
def _groups(series: tuple[Labels, ...], grouping: Grouping) -> Groups:
    if not grouping.without and not grouping.labels and series:
        return Groups((Labels(),), np.arange(len(series)), np.array([len(series)]))
    numbers: dict[Labels, int] = {}
    members = np.empty(len(series), dtype=np.intp)
    for row, labels in enumerate(series):
        members[row] = numbers.setdefault(_kept(labels, grouping), len(numbers))
    sizes = np.bincount(members, minlength=len(numbers))
    return Groups(LabelSets(numbers), np.argsort(members, kind="stable"), sizes)


def unnamed_groups(value: Vector, groups: Groups, grouping: Grouping) -> Mask:
    """(g,) groups whose metric name was due to be dropped: those of which the first series was."""
    if grouping.without or METRIC_NAME not in grouping.labels or not len(value.labels):
        return np.zeros(len(groups.labels), dtype=bool)
    return value.unnamed[groups.order[groups.starts]]


def _kept(labels: Labels, grouping: Grouping) -> Labels:
    if grouping.without:
        return labels.without(METRIC_NAME, *grouping.labels)
    return labels.only(*grouping.labels)
