"""Prometheus text 0.0.4 and OpenMetrics 1.0, as a scraper reads them: lenient where Prometheus is."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from itertools import compress

import numpy as np

from collector.errors import ExpositionError
from collector.postings import SeriesIds
from collector.sample_line import MAX_LABELS as MAX_LABELS  # noqa: PLC0414  # the scrape takes it from here
from collector.sample_line import parse_number, parse_series, read_floats, split_series, unquoted
from collector.series import Milliseconds, Values
from collector.steps import Steps, finished

DROPPED = -1
_FORGET_FACTOR = 2
LATEST_SECONDS = float(2**52)
_LATEST_MS = 2**62
_LONGEST_LINE = 1024 * 1024
_LINES_A_STEP = 500  # some milliseconds, where all of them are new

_MILLISECONDS = re.compile(r"-?[0-9]{1,19}")
_COMMENT = re.compile(r'#[ \t]*(HELP|TYPE|UNIT)[ \t]+("(?:[^"\\]++|\\.)*+"|\S+)(?:[ \t]+(.*))?')


class PageFormat(Enum):
    TEXT = "text"
    OPENMETRICS = "openmetrics"

    @classmethod
    def of(cls, content_type: str) -> "PageFormat":
        kind = content_type.partition(";")[0].strip().lower()
        return cls.OPENMETRICS if kind == "application/openmetrics-text" else cls.TEXT


@dataclass(frozen=True)
class Metadata:
    """What a page says of a metric family."""

    type: str = "unknown"
    help: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Page:
    """The samples of one scrape.

    series, values: (n,) samples without a time of their own; the same array object while nothing changed.
    timed_*: (m,) samples with their own milliseconds.
    lines: how many samples the page holds, with those that ``resolve`` dropped.
    """

    series: SeriesIds
    values: Values
    timed_series: SeriesIds
    timed_ms: Milliseconds
    timed_values: Values
    lines: int


Resolve = Callable[[dict[str, str]], int]


class PageParser:
    """Reads the pages of one target, remembering each line's series by its raw text.

    resolve: turns the labels of a line into a series number, or DROPPED; called once for a new series.
    max_labels: a line with more of them, its name among them, is refused before they are all read.
    """

    def __init__(self, resolve: Resolve, max_labels: int = MAX_LABELS) -> None:
        self._resolve = resolve
        self._max_labels = max_labels
        self._known: dict[str, int] = {}
        self._layout: _Layout | None = None
        self.metadata: dict[str, Metadata] = {}

    def parse(self, text: str, page_format: PageFormat) -> Page:
        """Reads a page.

        Raises:
            ExpositionError: with the first line that Prometheus' scraper would reject.
        """
        return finished(self.parsing(text, page_format))

    def parsing(self, text: str, page_format: PageFormat) -> Steps[Page]:
        """As ``parse``, in short steps."""
        lines = text.split("\n")
        parts = [line.rpartition(" ") for line in lines]
        keys = [part[0] for part in parts]
        if self._layout is not None and self._layout.keys == keys:
            numbers = read_floats(list(compress([part[2] for part in parts], self._layout.is_sample)))
            if numbers is not None:
                return self._layout.page(numbers)
        return (yield from self._reading_anew(lines, keys, page_format))

    def _reading_anew(self, lines: list[str], keys: list[str], page_format: PageFormat) -> Steps[Page]:
        reader = _PageReader(self._known, self._resolve, self._max_labels, page_format)
        yield from reader.reading(lines)
        self.metadata = reader.metadata
        if len(self._known) > _FORGET_FACTOR * (reader.lines + 1):
            self._known = {text: self._known[text] for text in reader.texts}
        page = reader.page()
        self._layout = None if reader.timed_ms else _Layout(keys, reader.is_sample, reader.found, page.series)
        return page


class _Layout:
    """What a page looks like but for its numbers: a page that looks the same is read in one go."""

    def __init__(self, keys: list[str], is_sample: list[bool], found: list[int], series: SeriesIds) -> None:
        self.keys = keys
        self.is_sample = is_sample
        self._series = series
        self._lines = len(found)
        self._kept = _first_of_each(found)

    def page(self, numbers: Values) -> Page:
        values = numbers if len(self._kept) == len(numbers) else numbers[self._kept]
        return Page(self._series, values, _NO_INTEGERS, _NO_INTEGERS, _NO_VALUES, self._lines)


_NO_INTEGERS = np.empty(0, np.int64)
_NO_VALUES = np.empty(0, np.float64)


@dataclass
class _PageReader:
    """One careful pass over a page."""

    known: dict[str, int]
    resolve: Resolve
    max_labels: int
    page_format: PageFormat
    metadata: dict[str, Metadata] = field(default_factory=dict)
    is_sample: list[bool] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    found: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    timed_series: list[int] = field(default_factory=list)
    timed_ms: list[int] = field(default_factory=list)
    timed_values: list[float] = field(default_factory=list)
    ended: bool = False

    @property
    def lines(self) -> int:
        return len(self.texts)

    def reading(self, lines: list[str]) -> Steps[None]:
        for number, line in enumerate(lines, 1):
            try:
                self.is_sample.append(self._read_line(line))
            except ValueError as error:
                raise ExpositionError(number, str(error)) from error
            if not number % _LINES_A_STEP:
                yield
        if self.page_format is PageFormat.OPENMETRICS and not self.ended:
            raise ExpositionError(len(lines), "expected # EOF at the end")

    def page(self) -> Page:
        kept = _first_of_each(self.found)
        series = np.array(self.found, np.int64)[kept]
        return Page(
            series,
            np.array(self.values, np.float64)[kept],
            np.array(self.timed_series, np.int64),
            np.array(self.timed_ms, np.int64),
            np.array(self.timed_values, np.float64),
            self.lines,
        )

    def _read_line(self, line: str) -> bool:
        """Whether the line is a sample without a time of its own."""
        if len(line) > _LONGEST_LINE:
            raise ValueError(f"expected a line of at most {_LONGEST_LINE} characters, found {len(line)}")
        text = line.strip(" \t\r")
        if not text:
            return False
        if self.ended:
            raise ValueError("expected nothing after # EOF")
        if text.startswith("#"):
            self._read_comment(text)
            return False
        return self._read_sample(text)

    def _read_comment(self, text: str) -> None:
        if text == "# EOF" and self.page_format is PageFormat.OPENMETRICS:
            self.ended = True
        elif match := _COMMENT.fullmatch(text):
            kind, name, said = match.group(1), unquoted(match.group(2)), match.group(3) or ""
            self.metadata[name] = _with(self.metadata.get(name, Metadata()), kind, said)

    def _read_sample(self, text: str) -> bool:
        series_text, rest = split_series(text)
        if self.page_format is PageFormat.OPENMETRICS:
            rest = rest.partition(" # ")[0]
        fields = rest.split()
        if len(fields) not in {1, 2}:
            raise ValueError(f"expected a value and at most a timestamp, found {rest.strip()[:60]!r}")
        value = parse_number(fields[0])
        series = self._series(series_text)
        self.texts.append(series_text)
        if len(fields) == 1:
            self.found.append(series)
            self.values.append(value)
            return True
        at_ms = self._milliseconds(fields[1])
        if series != DROPPED:
            self.timed_series.append(series)
            self.timed_ms.append(at_ms)
            self.timed_values.append(value)
        return False

    def _series(self, text: str) -> int:
        known = self.known.get(text)
        if known is None:
            known = self.known[text] = self.resolve(parse_series(text, self.max_labels))
        return known

    def _milliseconds(self, text: str) -> int:
        """OpenMetrics counts seconds, the older format milliseconds."""
        if self.page_format is PageFormat.OPENMETRICS:
            seconds = parse_number(text)
            if not np.isfinite(seconds):
                raise ValueError(f"expected a finite timestamp, found {text!r}")
            return round(max(-LATEST_SECONDS, min(LATEST_SECONDS, seconds)) * 1000)
        at_ms = int(text) if _MILLISECONDS.fullmatch(text) else _LATEST_MS + 1
        if abs(at_ms) > _LATEST_MS:
            raise ValueError(f"expected a timestamp in milliseconds, found {text[:40]!r}")
        return at_ms


def _with(known: Metadata, kind: str, said: str) -> Metadata:
    match kind:
        case "TYPE":
            return Metadata(said, known.help, known.unit)
        case "UNIT":
            return Metadata(known.type, known.help, said)
        case _:
            return Metadata(known.type, said.replace("\\n", "\n").replace("\\\\", "\\"), known.unit)


def _first_of_each(found: list[int]) -> SeriesIds:
    """Positions of the samples to keep: dropped series go, and of a repeated series all but the first."""
    series = np.array(found, np.int64)
    _, first = np.unique(series, return_index=True)
    first.sort()
    return first[series[first] != DROPPED] if len(first) else first
