"""The receiver of remote write 1.0: from a packed request to a batch for the store."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import cramjam

from collector.clock import Clock
from collector.errors import RemoteWriteError
from collector.remotewrite.order import Ages, Refused, judge
from collector.remotewrite.request import points_of
from collector.remotewrite.series import KnownSeries
from collector.steps import Steps, finished
from collector.store.batches import Batch
from collector.store.durable import SampleStore

MAX_PACKED_BYTES = 32 * 1024 * 1024
MAX_BYTES = 32 * 1024 * 1024
AHEAD_SECONDS = 600.0
# Before 1970 too, as in Prometheus and in imports, but not before what a query can ask for.
_OLDEST_MS = -(2**53)
_SAID = {
    Refused.OUT_OF_ORDER: "out of order: their series has newer ones",
    Refused.TOO_OLD: "too old: behind the out-of-order window, or older than what is kept",
    Refused.TOO_NEW: "more than ten minutes ahead of the clock here",
    Refused.DUPLICATE: "for a time that has another value",
    Refused.INVALID_LABELS: "of series with invalid labels",
    Refused.NATIVE_HISTOGRAM: "native histograms, which are not supported",
}


@dataclass(frozen=True)
class Received:
    """What became of a request. refusal: why samples were not kept, for the sender; empty if all were."""

    kept: int
    refusal: str = ""


class Receiver:
    """Reads requests, on the ingest thread.

    window_seconds: how far behind the newest of its series a sample may be.
    keep_seconds: for how long samples are kept; 0 is for ever.
    refused, requests: how many samples by reason, and how many requests by status of their answer.
    """

    def __init__(
        self, store: SampleStore, clock: Clock, *, window_seconds: float, keep_seconds: Callable[[], float]
    ) -> None:
        self._store = store
        self._clock = clock
        self._window_ms = round(window_seconds * 1000)
        self._keep_seconds = keep_seconds
        self._known = KnownSeries(store.series_id)
        self.refused: Counter[Refused] = Counter()
        self.requests: Counter[int] = Counter()

    def take(self, packed: bytes) -> tuple[Batch, Received]:
        """What of a request is to be kept, and what to tell the sender.

        Raises:
            RemoteWriteError: for a request of which nothing can be read.
        """
        return finished(self.taking(packed))

    def taking(self, packed: bytes) -> Steps[tuple[Batch, Received]]:
        """As ``take``, in short steps; samples are judged in the last, by what the store holds then."""
        ages = self._ages()
        read = yield from points_of(unpacked(packed), self._known, ages)
        judged = judge(read.points, self._store, ages)
        refused = judged.refused + read.refused
        self.refused.update(refused)
        received = Received(len(judged.points.series), _refusal(refused, read.invalid))
        return Batch(points=[judged.points] if received.kept else []), received

    def _ages(self) -> Ages:
        now, keep = self._clock.now(), self._keep_seconds()
        oldest = round((now - keep) * 1000) if keep else _OLDEST_MS
        return Ages(oldest, round((now + AHEAD_SECONDS) * 1000), self._window_ms)


def unpacked(packed: bytes) -> bytes:
    """A request out of snappy's block format; no more is allocated than it may measure.

    Raises:
        RemoteWriteError: for what is no snappy block, or too large.
    """
    unpacked_bytes(packed)
    try:
        return bytes(cramjam.snappy.decompress_raw(packed))
    except cramjam.DecompressionError as error:
        raise _no_block(error) from error


def unpacked_bytes(packed: bytes) -> int:
    """How long a request says that it is. Raises as ``unpacked``."""
    try:
        size = int(cramjam.snappy.decompress_raw_len(packed))
    except cramjam.DecompressionError as error:
        raise _no_block(error) from error
    if size > MAX_BYTES:
        raise RemoteWriteError(
            f"expected a request of at most {MAX_BYTES} bytes unpacked, found {size}", too_large=True
        )
    return size


def _no_block(error: Exception) -> RemoteWriteError:
    return RemoteWriteError(f"no snappy block: {error}")


def _refusal(refused: Counter[Refused], invalid: str) -> str:
    said = [f"{count} {_SAID[reason]}" for reason, count in refused.items()]
    if not said:
        return ""
    return f"samples not kept: {'; '.join([*said, *filter(None, [invalid])])}; all others are kept"
