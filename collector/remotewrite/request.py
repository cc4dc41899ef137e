"""One request of remote write, read in short steps into samples of numbered series."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from collector.errors import RemoteWriteError
from collector.label_pairs import PAIRS_A_SERIES, most_pairs
from collector.remotewrite.order import Refused
from collector.remotewrite.series import InvalidLabelsError, KnownSeries
from collector.remotewrite.wire import WireSeries, read_samples, series_of, split
from collector.sample_line import MAX_LABELS
from collector.steps import Steps
from collector.store.batches import Points

# Senders pack some thousand samples in a request. A new series costs some 5 kB.
MOST_SERIES = 100_000
MOST_SAMPLES = 1_000_000
_SERIES_A_STEP = 500  # less than a millisecond, where all of them are known
_WITH_VALUE = b"\x12\x10"
_WITHOUT_VALUE = b"\x12\x07"


@dataclass(frozen=True)
class Read:
    """points: all samples of series with valid labels. refused: how many were not read, and why.

    invalid: what is wrong with the first labels that are; empty if none.
    """

    points: Points
    refused: Counter[Refused]
    invalid: str


def points_of(request: bytes, known: KnownSeries) -> Steps[Read]:
    """The samples of an unpacked request.

    Raises:
        RemoteWriteError: for what is no protobuf, or over a limit; nothing is made known then, unless it is
            a label that is no protobuf.
    """
    reader = _Reader(known)
    for number, series in enumerate(series_of(request), 1):
        if series is not None:
            yield from reader.add(series)
        if not number % _SERIES_A_STEP:
            yield
    return (yield from reader.read())


class _Reader:
    """The series of one request as they are read; nothing is made known before all were."""

    def __init__(self, known: KnownSeries) -> None:
        self._known = known
        self._numbers: list[int] = []
        self._counts: list[int] = []
        self._samples: list[bytes] = []
        self._unknown: list[tuple[int, bytes]] = []
        self._left = MOST_SAMPLES
        self._unknown_pairs = 0
        self._refused: Counter[Refused] = Counter()
        self._invalid = ""

    def add(self, series: bytes) -> Steps[None]:
        """Most series have one sample and are known: what comes before the sample says so."""
        size = 18 if series[-18:-16] == _WITH_VALUE else 9
        usual = size == 18 or series[-9:-7] == _WITHOUT_VALUE
        number = self._known.numbers.get(series[:-size]) if usual else None
        if number is None:
            self._add_split((yield from split(series, self._left)))
        else:
            self._keep(number, 1, series[-size:])

    def _add_split(self, series: WireSeries) -> None:
        if series.histograms:
            self._refused[Refused.NATIVE_HISTOGRAM] += series.histograms
            self._left -= series.histograms
        number = self._known.numbers.get(series.labels)
        if number is None:
            self._unknown.append((len(self._numbers), series.labels))
            self._unknown_pairs += series.pairs if series.pairs <= MAX_LABELS else 0  # refused alone
        self._keep(-1 if number is None else number, series.count, series.samples)

    def _keep(self, number: int, count: int, samples: bytes) -> None:
        self._left -= count
        if self._left < 0:
            raise _too_many("samples", MOST_SAMPLES)
        if len(self._numbers) == MOST_SERIES:
            raise _too_many("series", MOST_SERIES)
        self._numbers.append(number)
        self._counts.append(count)
        self._samples.append(samples)

    def read(self) -> Steps[Read]:
        if self._unknown_pairs > most_pairs(len(self._numbers)):
            raise _too_many("labels", most_pairs(len(self._numbers)), f", {PAIRS_A_SERIES} a series")
        times, values = yield from read_samples(b"".join(self._samples))
        for place, raw in self._unknown:
            self._numbers[place] = self._learned(raw, self._counts[place])
            yield
        series = np.repeat(np.array(self._numbers, np.int64), self._counts)
        valid = series >= 0
        points = Points(series[valid], times[valid], values[valid])
        return Read(points, self._refused, self._invalid)

    def _learned(self, raw: bytes, count: int) -> int:
        """Another request may have told of the series since."""
        number = self._known.numbers.get(raw)
        if number is not None:
            return number
        try:
            return self._known.learn(raw)
        except InvalidLabelsError as error:
            self._refused[Refused.INVALID_LABELS] += count
            self._invalid = self._invalid or str(error)
            return -1


def _too_many(noun: str, most: int, why: str = "") -> RemoteWriteError:
    return RemoteWriteError(
        f"expected a request of at most {most} {noun}{why}, found more: nothing of it is kept"
    )
