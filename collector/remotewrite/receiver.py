"""The receiver of remote write 1.0: from a packed request to a batch for the store."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import cramjam
import numpy as np

from collector.clock import Clock
from collector.errors import RemoteWriteError
from collector.remotewrite.order import Ages, Refused, judge
from collector.remotewrite.series import InvalidLabelsError, KnownSeries
from collector.remotewrite.wire import WireSeries, read_samples, series_of, split
from collector.store.batches import Batch, Points
from collector.store.durable import SampleStore

MAX_PACKED_BYTES = 32 * 1024 * 1024
MAX_BYTES = 32 * 1024 * 1024
AHEAD_SECONDS = 600.0
_OLDEST_MS = -(2**53)
_WITH_VALUE = b"\x12\x10"
_WITHOUT_VALUE = b"\x12\x07"
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
        request = _Request(self._known)
        for series in series_of(unpacked(packed)):
            request.add(series)
        points = request.points()
        judged = judge(points, self._store, self._ages())
        refused = judged.refused + request.refused
        self.refused.update(refused)
        received = Received(len(judged.points.series), _refusal(refused, request.invalid))
        return Batch(points=[judged.points] if received.kept else []), received

    def _ages(self) -> Ages:
        now, keep = self._clock.now(), self._keep_seconds()
        oldest = round((now - keep) * 1000) if keep else _OLDEST_MS
        return Ages(oldest, round((now + AHEAD_SECONDS) * 1000), self._window_ms)


class _Request:
    """The series of one request as they are read; nothing is made known before all were."""

    def __init__(self, known: KnownSeries) -> None:
        self._known = known
        self._numbers: list[int] = []
        self._counts: list[int] = []
        self._samples: list[bytes] = []
        self._unknown: list[tuple[int, bytes]] = []
        self.refused: Counter[Refused] = Counter()
        self.invalid = ""

    def add(self, series: bytes) -> None:
        """Most series have one sample and are known: what comes before the sample says so."""
        size = 18 if series[-18:-16] == _WITH_VALUE else 9
        usual = size == 18 or series[-9:-7] == _WITHOUT_VALUE
        number = self._known.numbers.get(series[:-size]) if usual else None
        if number is None:
            self._add_split(split(series))
        else:
            self._keep(number, 1, series[-size:])

    def _add_split(self, series: WireSeries) -> None:
        if series.histograms:
            self.refused[Refused.NATIVE_HISTOGRAM] += series.histograms
        number = self._known.numbers.get(series.labels)
        if number is None:
            self._unknown.append((len(self._numbers), series.labels))
        self._keep(-1 if number is None else number, series.count, series.samples)

    def _keep(self, number: int, count: int, samples: bytes) -> None:
        self._numbers.append(number)
        self._counts.append(count)
        self._samples.append(samples)

    def points(self) -> Points:
        """All samples of series with valid labels. Raises ``RemoteWriteError``."""
        times, values = read_samples(b"".join(self._samples))
        for place, raw in self._unknown:
            self._numbers[place] = self._learned(raw, self._counts[place])
        series = np.repeat(np.array(self._numbers, np.int64), self._counts)
        valid = series >= 0
        return Points(series[valid], times[valid], values[valid])

    def _learned(self, raw: bytes, count: int) -> int:
        try:
            return self._known.learn(raw)
        except InvalidLabelsError as error:
            self.refused[Refused.INVALID_LABELS] += count
            self.invalid = self.invalid or str(error)
            return -1


def unpacked(packed: bytes) -> bytes:
    """A request out of snappy's block format; no more is allocated than it may measure.

    Raises:
        RemoteWriteError: for what is no snappy block, or too large.
    """
    try:
        size = cramjam.snappy.decompress_raw_len(packed)
        if size > MAX_BYTES:
            raise RemoteWriteError(
                f"expected a request of at most {MAX_BYTES} bytes unpacked, found {size}", too_large=True
            )
        return bytes(cramjam.snappy.decompress_raw(packed))
    except cramjam.DecompressionError as error:
        raise RemoteWriteError(f"no snappy block: {error}") from error


def _refusal(refused: Counter[Refused], invalid: str) -> str:
    said = [f"{count} {_SAID[reason]}" for reason, count in refused.items()]
    if not said:
        return ""
    return f"samples not kept: {'; '.join([*said, *filter(None, [invalid])])}; all others are kept"
