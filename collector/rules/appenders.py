"""Where recorded samples go: the durable store, memory, or nowhere."""

from collections.abc import Sequence
from concurrent.futures import Future

import numpy as np

from collector.errors import StoreError
from collector.ingest import Ingester
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.series import Sample
from collector.store.batches import Batch, Row
from collector.store.durable import SampleStore

LONGEST_WAIT_SECONDS = 30.0


class StoreAppender:
    """Hands samples to the ingest thread and waits until queries see them: not for ever, as alerts wait too.

    Raises:
        StoreError: for samples that were not kept, or not in time.
    """

    def __init__(
        self, ingester: Ingester, store: SampleStore, *, longest_wait_seconds: float = LONGEST_WAIT_SECONDS
    ) -> None:
        self._ingester = ingester
        self._store = store
        self._longest_wait_seconds = longest_wait_seconds

    def append(self, stream: str, at: float, samples: Sequence[Sample]) -> None:
        def prepare() -> tuple[Batch, None]:
            series = np.array([self._store.series_id(sample.labels) for sample in samples], np.int64)
            values = np.array([sample.value for sample in samples], np.float64)
            return Batch([Row(stream, round(at * 1000), series, values)]), None

        self._wait(self._ingester.submit(prepare))

    def _wait(self, kept: "Future[None]") -> None:
        try:
            kept.result(self._longest_wait_seconds)
        except TimeoutError as error:
            kept.cancel()
            waited = f"{self._longest_wait_seconds:g} s"
            reason = f"samples cannot be stored: the disk did not answer within {waited}"
            self._ingester.storing.failed(reason)
            raise StoreError(reason) from error


class MemoryAppender:
    """Keeps samples in memory, for replays and tests. Of two at one time the first stays, as in a store."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._newest_ms: dict[Labels, int] = {}

    def append(self, stream: str, at: float, samples: Sequence[Sample]) -> None:
        at_ms = round(at * 1000)
        for sample in samples:
            if self._newest_ms.get(sample.labels) != at_ms:
                self._newest_ms[sample.labels] = at_ms
                self._store.append(sample.labels, at_ms, sample.value)


class NowhereAppender:
    """For rules on a remote engine, which keeps its own samples."""

    def append(self, stream: str, at: float, samples: Sequence[Sample]) -> None:
        """Drops the samples: nothing reads them."""
