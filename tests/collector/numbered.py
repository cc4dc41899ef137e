"""Samples in memory whose series have numbers, as those of the durable store have."""

from collections import defaultdict

import numpy as np

from collector.index import SeriesIndex
from collector.memory import MemoryStore
from collector.series import SeriesGroup


class NumberedMemory(MemoryStore):
    """Counts what is selected by number."""

    def __init__(self):
        super().__init__()
        self.index = SeriesIndex()
        self.selected = 0
        self.samples = {}

    def append(self, labels, time_ms, value):
        if labels not in self.samples:
            self.samples[labels] = {}
            self.index.add(labels)
        self.samples[labels][time_ms] = value
        super().append(labels, time_ms, value)

    def select_series(self, series, start_ms, end_ms, cuts=None):
        self.selected += 1
        alike = defaultdict(list)
        for number in series.tolist():
            (labels,) = self.index.labels_of(np.array([number]))
            times = sorted(at for at in self.samples[labels] if start_ms <= at <= end_ms)
            if times:
                alike[tuple(times)].append((number, [self.samples[labels][at] for at in times]))
        return [
            (
                np.array([number for number, _ in rows]),
                SeriesGroup((), np.array(times), np.array([values for _, values in rows], np.float64)),
            )
            for times, rows in alike.items()
        ]
