"""Where recorded samples go: the durable store, memory, or nowhere."""

from collections.abc import Sequence

import numpy as np

from collector.ingest import Ingester
from collector.memory import MemoryStore
from collector.series import Sample
from collector.store import SampleStore
from collector.store_batches import Batch, Row


class StoreAppender:
    """Hands samples to the ingest thread and waits until queries see them."""

    def __init__(self, ingester: Ingester, store: SampleStore) -> None:
        self._ingester = ingester
        self._store = store

    def append(self, stream: str, at: float, samples: Sequence[Sample]) -> None:
        def prepare() -> tuple[Batch, None]:
            series = np.array([self._store.series_id(sample.labels) for sample in samples], np.int64)
            values = np.array([sample.value for sample in samples], np.float64)
            return Batch([Row(stream, round(at * 1000), series, values)]), None

        self._ingester.submit(prepare).result()


class MemoryAppender:
    """Keeps samples in memory, for replays and tests."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def append(self, stream: str, at: float, samples: Sequence[Sample]) -> None:
        for sample in samples:
            self._store.append(sample.labels, round(at * 1000), sample.value)


class NowhereAppender:
    """For rules on a remote engine, which keeps its own samples."""

    def append(self, stream: str, at: float, samples: Sequence[Sample]) -> None:
        """Drops the samples: nothing reads them."""
