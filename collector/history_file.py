"""Reads files of OpenMetrics text with timestamps: histories, backups, cases, other engines' exports."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from collector.durations import format_duration
from collector.errors import ConfigError
from collector.exposition import LATEST_SECONDS
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.postings import SeriesIds
from collector.sample_line import parse_number, parse_series, read_floats, split_series
from collector.series import Milliseconds, Values
from collector.store.columns import Column
from collector.unpacked import check_size, chunks

SAMPLES_TOGETHER = 4_000_000

Number = Callable[[Labels], int]
"""Gives a series its number, the same each time."""


@dataclass
class _Gathered:
    series: list[SeriesIds] = field(default_factory=list)
    times: list[Milliseconds] = field(default_factory=list)
    values: list[Values] = field(default_factory=list)
    count: int = 0

    def add(self, series: SeriesIds, times: Milliseconds, values: Values) -> None:
        self.series.append(series)
        self.times.append(times)
        self.values.append(values)
        self.count += len(series)

    def columns(self) -> Iterator[Column]:
        """One column for each series; of two samples at one time the first stays."""
        if not self.count:
            return
        series, times = np.concatenate(self.series), np.concatenate(self.times)
        order = np.lexsort((times, series))
        series, times, values = series[order], times[order], np.concatenate(self.values)[order]
        fresh = np.ones(len(series), np.bool_)
        fresh[1:] = (np.diff(series) != 0) | (np.diff(times) != 0)
        series, times, values = series[fresh], times[fresh], values[fresh]
        edges = [0, *(np.flatnonzero(np.diff(series)) + 1).tolist(), len(series)]
        for first, last in pairwise(edges):
            yield Column(int(series[first]), times[first:last], values[first:last])


@dataclass(frozen=True)
class Bounds:
    """How much a file may hold, so that a small packed one cannot fill the memory."""

    samples: int
    seconds: float
    bytes_unpacked: int
    series: int

    def check(self, reader: "HistoryReader") -> None:
        """Raises ConfigError, naming the file, where there is more."""
        if reader.samples > self.samples:
            raise ConfigError(f"{reader.path}: expected at most {self.samples:,} samples, found more")
        if reader.lines > 2 * self.samples + 1000:
            raise ConfigError(f"{reader.path}: expected at most {2 * self.samples:,} lines, found more")
        if reader.spellings > self.series:
            raise ConfigError(f"{reader.path}: expected at most {self.series:,} series, found more")
        first, last = reader.span or (0.0, 0.0)
        if last - first > self.seconds:
            raise ConfigError(
                f"{reader.path}: expected samples of at most {format_duration(self.seconds)}, "
                f"found them over {format_duration(round(last - first))}"
            )


def read_into_memory(path: Path, bounds: Bounds | None = None) -> MemoryStore:
    """All samples of a file, packed by gzip or zstd or plain.

    Raises:
        ConfigError: naming file and line, for text that is no OpenMetrics with timestamps; naming the file,
            for one beyond the bounds.
    """
    numbers: dict[Labels, int] = {}
    reader = HistoryReader(path, lambda labels: numbers.setdefault(labels, len(numbers)))
    if bounds is not None:
        check_size(path, bounds.bytes_unpacked)
    for text in chunks(path):
        reader.read(text)
        if bounds is not None:
            bounds.check(reader)
    reader.finish()
    store, series = MemoryStore(), list(numbers)
    for column in reader.take():
        store.append_column(series[column.series], column.times, column.values)
    return store


class HistoryReader:
    """Lines into samples, quickly where they look as usual, carefully where not.

    path: for messages. number: of a series, found once for each spelling of it.
    """

    def __init__(self, path: Path, number: Number) -> None:
        self._path = path
        self._number = number
        self._known: dict[str, int] = {}
        self._line = 0
        self._ended = False
        self._samples = 0
        self._range: tuple[int, int] | None = None
        self.gathered = _Gathered()

    def read(self, text: str) -> None:
        lines = text.split("\n")
        if self._ended and any(lines):
            raise self._error(1, "expected nothing after # EOF")
        quick = self._quickly(lines)
        self._keep(*(quick if quick is not None else self._carefully(lines)))
        self._line += len(lines)

    def finish(self) -> None:
        if not self._ended:
            raise ConfigError(f"{self._path}: expected # EOF at the end: the file is cut off")

    def take(self) -> Iterator[Column]:
        gathered, self.gathered = self.gathered, _Gathered()
        return gathered.columns()

    def take_complete(self) -> Sequence[Column]:
        """What need not wait for more of the file: series of one clock are best kept side by side."""
        unfinished = set(self.gathered.series[-1].tolist())
        columns = list(self.take())
        waiting = _waiting(columns, unfinished)
        for column in waiting:
            series = np.full(len(column.times), column.series)
            self.gathered.add(series, column.times.copy(), column.values.copy())
        left = {column.series for column in waiting}
        return [column for column in columns if column.series not in left]

    @property
    def samples(self) -> int:
        """How many were read."""
        return self._samples

    @property
    def path(self) -> Path:
        return self._path

    @property
    def lines(self) -> int:
        """How many were read, those without a sample among them."""
        return self._line

    @property
    def series(self) -> int:
        return len(set(self._known.values()))

    @property
    def spellings(self) -> int:
        """Of series: each has one at least, and takes memory."""
        return len(self._known)

    @property
    def span(self) -> tuple[float, float] | None:
        """The times of the first and the last sample, in Unix seconds."""
        return None if self._range is None else (self._range[0] / 1000, self._range[1] / 1000)

    def _keep(self, series: SeriesIds, times: Milliseconds, values: Values) -> None:
        if not len(series):
            return
        self.gathered.add(series, times, values)
        self._samples += len(series)
        low, high = int(times.min()), int(times.max())
        self._range = (min(low, self._range[0]), max(high, self._range[1])) if self._range else (low, high)

    def _quickly(self, lines: list[str]) -> tuple[SeriesIds, Milliseconds, Values] | None:
        """Lines of series, one space, value, one space, time; None if any is otherwise."""
        if "# EOF" in lines:
            return None
        samples = [line.rsplit(" ", 2) for line in lines if line and line[0] != "#"]
        if any(len(parts) != 3 or " # " in parts[0] for parts in samples):
            return None
        values = read_floats([parts[1] for parts in samples])
        seconds = read_floats([parts[2] for parts in samples])
        if values is None or seconds is None or not (np.abs(seconds) <= LATEST_SECONDS).all():
            return None
        known = self._known
        ids = [known.get(parts[0], -1) for parts in samples]
        if -1 in ids:
            try:
                ids = [self._series(parts[0]) for parts in samples]
            except ValueError:
                return None
        return np.array(ids, np.int64), _milliseconds(seconds), values

    def _carefully(self, lines: list[str]) -> tuple[SeriesIds, Milliseconds, Values]:
        ids, seconds, values = [], [], []
        for number, raw in enumerate(lines, 1):
            line = raw.strip(" \t\r")
            if line == "# EOF":
                self._ended = True
            elif line and self._ended:
                raise self._error(number, "expected nothing after # EOF")
            elif line and not line.startswith("#"):
                try:
                    series, value, at = self._sample(line)
                except ValueError as error:
                    raise self._error(number, str(error)) from error
                ids.append(series)
                values.append(value)
                seconds.append(at)
        return np.array(ids, np.int64), _milliseconds(np.array(seconds)), np.array(values, np.float64)

    def _sample(self, line: str) -> tuple[int, float, float]:
        text, rest = split_series(line)
        fields = rest.partition(" # ")[0].split()
        if len(fields) != 2:
            raise ValueError(f"expected a value and a timestamp in seconds, found {rest.strip()[:60]!r}")
        at = parse_number(fields[1])
        if not abs(at) <= LATEST_SECONDS:
            raise ValueError(
                f"expected a timestamp in seconds, at most {LATEST_SECONDS}, found {fields[1]!r}"
            )
        return self._series(text), parse_number(fields[0]), at

    def _series(self, text: str) -> int:
        known = self._known.get(text)
        if known is None:
            _checked_series(text)
            known = self._known[text] = self._number(Labels(parse_series(text)))
        return known

    def _error(self, number: int, reason: str) -> ConfigError:
        return ConfigError(f"{self._path}: line {self._line + number}: {reason}")


def _waiting(columns: Sequence[Column], unfinished: set[int]) -> Sequence[Column]:
    """The columns that more samples may come to, and those with their times; none, where that is too much."""
    begun = [column for column in columns if column.series in unfinished]
    alike = [column for column in columns if any(_begins_as(column, one) for one in begun[-1:])]
    for waiting in (begun + [column for column in alike if column.series not in unfinished], begun):
        if sum(len(column.times) for column in waiting) <= SAMPLES_TOGETHER // 2:
            return waiting
    return ()


def _begins_as(column: Column, other: Column) -> bool:
    return np.array_equal(column.times[: len(other.times)], other.times)


def _checked_series(text: str) -> None:
    series, rest = split_series(f"{text} 0")
    if series != text or rest.strip() != "0":
        raise ValueError(f"expected a series, found {text[:60]!r}")


def _milliseconds(seconds: npt.NDArray[np.float64]) -> Milliseconds:
    return np.rint(seconds * 1000).astype(np.int64)
