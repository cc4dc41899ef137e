"""Which series of a vector aggregate together."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from collector.labels import METRIC_NAME, Labels
from collector.promql.syntax import Grouping
from collector.promql.value import Indices, Mask, Vector


@dataclass(frozen=True)
class Groups:
    """labels: one per group, g of them, by first appearance. members: (s,) the group of each series."""

    labels: tuple[Labels, ...]
    members: Indices

    def rows(self) -> list[Indices]:
        """The series of each group, in their order."""
        if not self.labels:
            return []
        order = np.argsort(self.members, kind="stable")
        edges = np.searchsorted(self.members[order], np.arange(1, len(self.labels)))
        return np.split(order, edges)

    def layers(self) -> Iterator[tuple[Indices, Indices]]:
        """(groups, series): the first series of every group, then the second of those with two, and so on."""
        rows = self.rows()
        for depth in range(max(map(len, rows), default=0)):
            groups = [g for g, members in enumerate(rows) if len(members) > depth]
            yield np.array(groups, dtype=np.intp), np.array([rows[g][depth] for g in groups], dtype=np.intp)


def grouped(value: Vector, grouping: Grouping) -> Groups:
    """Splits the series by the labels that the grouping keeps."""
    numbers: dict[Labels, int] = {}
    members = np.empty(len(value.labels), dtype=np.intp)
    for row, labels in enumerate(value.labels):
        key = _kept(labels, grouping)
        members[row] = numbers.setdefault(key, len(numbers))
    return Groups(tuple(numbers), members)


def unnamed_groups(value: Vector, groups: Groups, grouping: Grouping) -> Mask:
    """(g,) groups whose metric name was due to be dropped: those of which the first series was."""
    if grouping.without or METRIC_NAME not in grouping.labels or not len(value.labels):
        return np.zeros(len(groups.labels), dtype=bool)
    return value.unnamed[np.array([rows[0] for rows in groups.rows()], dtype=np.intp)]


def _kept(labels: Labels, grouping: Grouping) -> Labels:
    if grouping.without:
        return labels.without(METRIC_NAME, *grouping.labels)
    return labels.only(*grouping.labels)
