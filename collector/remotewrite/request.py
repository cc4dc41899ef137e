"""One request of remote write, read in short steps into samples of numbered series."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from collector.errors import RemoteWriteError
from collector.label_pairs import PAIRS_A_SERIES, most_pairs
from collector.labels import Labels
from collector.remotewrite.order import Ages, Refused
from collector.remotewrite.series import InvalidLabelsError, KnownSeries, checked_labels
from collector.remotewrite.wire import WireSeries, read_samples, series_of, split
from collector.sample_line import MAX_LABELS
from collector.series import Milliseconds
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


def points_of(request: bytes, known: KnownSeries, ages: Ages) -> Steps[Read]:
    """The samples of an unpacked request. A series is made where a sample of it has a time that may be.

    Raises:
        RemoteWriteError: for what is no protobuf, or over a limit; nothing is made known then.
    """
    reader = _Reader(known, ages)
    for number, series in enumerate(series_of(request), 1):
        if series is not None:
            yield from reader.add(series)
        if not number % _SERIES_A_STEP:
            yield
    return (yield from reader.read())


class _Reader:
    """The series of one request as they are read; nothing is made known before all were."""

    def __init__(self, known: KnownSeries, ages: Ages) -> None:
        self._known = known
        self._ages = ages
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
        ends = np.cumsum(self._counts, dtype=np.int64)
        new: list[tuple[int, bytes, Labels]] = []
        for place, raw in self._unknown:
            labels = self._labels(raw, times[ends[place] - self._counts[place] : ends[place]])
            if labels is not None:
                new.append((place, raw, labels))
            yield
        for place, raw, labels in new:
            self._numbers[place] = self._learned(raw, labels)
            yield
        series = np.repeat(np.array(self._numbers, np.int64), self._counts)
        valid = series >= 0
        points = Points(series[valid], times[valid], values[valid])
        return Read(points, self._refused, self._invalid)

    def _labels(self, raw: bytes, times: Milliseconds) -> Labels | None:
        """Those of a series that is to be made; else its samples count as refused."""
        try:
            labels = checked_labels(raw)
        except InvalidLabelsError as error:
            self._refused[Refused.INVALID_LABELS] += len(times)
            self._invalid = self._invalid or str(error)
            return None
        beyond, refused = self._ages.refused(times)
        if not beyond.all():
            return labels
        self._refused += refused
        return None

    def _learned(self, raw: bytes, labels: Labels) -> int:
        """Another request may have told of the series since."""
        number = self._known.numbers.get(raw)
        return self._known.learn(raw, labels) if number is None else number


def _too_many(noun: str, most: int, why: str = "") -> RemoteWriteError:
    return RemoteWriteError(
        f"expected a request of at most {most} {noun}{why}, found more: nothing of it is kept"
    )
