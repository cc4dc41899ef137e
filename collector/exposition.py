"""Prometheus text 0.0.4 and OpenMetrics 1.0, as a scraper reads them: lenient where Prometheus is."""

import re
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from collector.created import NOWHERE, CreatedLines, CreatedPlaces
from collector.errors import ExpositionError
from collector.families import Families, Metadata
from collector.label_pairs import PAIRS_A_SERIES, exceeds, most_pairs
from collector.labels import Labels
from collector.new_series import NewSeries, NumberOf
from collector.page import DROPPED, Page, PageLayout, first_of_each, line_slices
from collector.postings import SeriesIds
from collector.sample_line import (
    MAX_LABELS,
    OPENMETRICS_LABEL,
    TEXT_LABEL,
    is_number,
    parse_number,
    parse_series,
    split_openmetrics,
    split_series,
)
from collector.steps import Steps, finished

_FORGET_FACTOR = 2
LATEST_SECONDS = float(2**52)
_LATEST_MS = 2**62
_LONGEST_LINE = 1024 * 1024

_BLANKS = re.compile(r"[ \t]+")
_MILLISECONDS = re.compile(r"-?[0-9]{1,19}")


class PageFormat(Enum):
    TEXT = "text"
    OPENMETRICS = "openmetrics"

    @classmethod
    def of(cls, content_type: str) -> "PageFormat":
        kind = content_type.partition(";")[0].strip().lower()
        return cls.OPENMETRICS if kind == "application/openmetrics-text" else cls.TEXT


LabelsOf = Callable[[dict[str, str]], Labels | None]


class PageParser:
    """Reads the pages of one target, remembering each line's series by its raw text.

    labels_of: turns the labels of a line into those of its series, None where it is dropped; called for a new
        line only.
    number_of: the number of a series; not asked before all of the page was read.
    max_labels: a line with more of them, its name among them, is refused before they are all read.
    pairs_a_series: labels that a page's samples may have on average.
    most_kept: a page with more samples is refused before the others get numbers; 0 is without limit.
    """

    def __init__(
        self,
        labels_of: LabelsOf,
        number_of: NumberOf,
        max_labels: int = MAX_LABELS,
        most_kept: int = 0,
        pairs_a_series: int = PAIRS_A_SERIES,
    ) -> None:
        self._pairs_a_series = pairs_a_series
        self._labels_of = labels_of
        self._number_of = number_of
        self._max_labels = max_labels
        self._most_kept = most_kept
        self._known: dict[str, int] = {}
        self._layout: PageLayout | None = None
        self._layout_format = PageFormat.TEXT
        self._families = Families()
        self._created = CreatedLines()

    @property
    def metadata(self) -> Mapping[str, Metadata]:
        return self._families.known

    @property
    def metadata_left_out(self) -> int:
        """Comments of the latest page read whole that were too many to remember."""
        return self._families.left_out

    def parse(self, text: str, page_format: PageFormat) -> Page:
        """Reads a page.

        Raises:
            ExpositionError: with the first line that Prometheus' scraper would reject.
        """
        return finished(self.parsing(text, page_format))

    def parsing(self, text: str, page_format: PageFormat) -> Steps[Page]:
        """As ``parse``, in short steps."""
        if self._layout is not None and self._layout_format is page_format:
            numbers = yield from self._layout.reading(text)
            if numbers is not None:
                return self._layout.page(numbers)
        return (yield from self._reading_anew(text, page_format))

    def _reading_anew(self, text: str, page_format: PageFormat) -> Steps[Page]:
        self._refuse_too_many_pairs(text)
        reader = _PageReader(self._known, self._labels_of, self._max_labels, self._most_kept, page_format)
        yield from reader.reading(text)
        self._families = reader.families
        yield
        self._known |= yield from reader.new.numbering(self._number_of)
        self._forget(reader)
        series = reader.new.numbered(reader.found)
        kept = first_of_each(series)
        page = reader.page(series, kept, (yield from self._created_places(reader)))
        self._layout_format = page_format
        self._layout = None
        if reader.ends_with_values and not reader.timed_ms:
            self._layout = PageLayout(reader.keys, reader.is_sample, reader.others, kept, page)
        return page

    def _created_places(self, reader: "_PageReader") -> Steps[CreatedPlaces]:
        if reader.page_format is PageFormat.TEXT or reader.timed_ms:
            return NOWHERE
        return (yield from self._created.finding(reader.texts, reader.families.known))

    def _refuse_too_many_pairs(self, text: str) -> None:
        """Before a line is read, as those that were would be known at the next scrape."""
        samples = text.count("\n") + (not text.endswith("\n")) - text.count("\n#") - text.startswith("#")
        most = most_pairs(samples, self._pairs_a_series)
        if exceeds(text, most):
            a_series = f"{self._pairs_a_series} a sample, or label_limit where that is more"
            raise ExpositionError(1, f"expected a page of at most {most} labels ({a_series}), found more")

    def _forget(self, reader: "_PageReader") -> None:
        """Lines that no longer come."""
        if len(self._known) > _FORGET_FACTOR * (reader.lines + 1):
            self._known = {known: self._known[known] for known in reader.texts}


@dataclass
class _PageReader:
    """One careful pass over a page."""

    known: dict[str, int]
    labels_of: LabelsOf
    max_labels: int
    most_kept: int
    page_format: PageFormat
    families: Families = field(default_factory=Families)
    new: NewSeries = field(default_factory=NewSeries)
    keys: list[str] = field(default_factory=list)
    is_sample: bytearray = field(default_factory=bytearray)
    others: list[str] = field(default_factory=list)
    ends_with_values: bool = True
    texts: list[str] = field(default_factory=list)
    found: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))
    timed_series: "array[int]" = field(default_factory=lambda: array("q"))
    timed_ms: "array[int]" = field(default_factory=lambda: array("q"))
    timed_values: "array[float]" = field(default_factory=lambda: array("d"))
    kept: int = 0
    ended: bool = False

    @property
    def lines(self) -> int:
        return len(self.texts)

    def reading(self, text: str) -> Steps[None]:
        number = 0
        for lines in line_slices(text):
            for line in lines:
                number += 1
                try:
                    is_sample = self._read_line(line)
                except ValueError as error:
                    raise ExpositionError(number, str(error)) from error
                self.is_sample.append(is_sample)
                if not is_sample:
                    self.others.append(line.rpartition(" ")[2])
            yield
        if self.page_format is PageFormat.OPENMETRICS and not self.ended:
            raise ExpositionError(number + 1, "expected # EOF at the end")

    def page(self, series: SeriesIds, kept: SeriesIds, created: CreatedPlaces) -> Page:
        values = np.array(self.values, np.float64)
        return Page(
            series[kept],
            values[kept],
            self.new.numbered(self.timed_series),
            np.array(self.timed_ms, np.int64),
            np.array(self.timed_values, np.float64),
            self.lines,
            created.among(kept).times(series, values),
        )

    def _read_line(self, line: str) -> bool:
        """Whether the line is a sample without a time of its own."""
        key, _, said = line.rpartition(" ")
        self.keys.append(key)
        if len(line) > _LONGEST_LINE:
            raise ValueError(f"expected a line of at most {_LONGEST_LINE} characters, found {len(line)}")
        if self.ended:
            raise ValueError("expected nothing after # EOF")
        if (series := self.known.get(key)) is not None and is_number(said):
            self._keep(key, series, parse_number(said))
            return True
        return self._read_openmetrics(line, key) if self._is_openmetrics else self._read_text(line, key)

    @property
    def _is_openmetrics(self) -> bool:
        return self.page_format is PageFormat.OPENMETRICS

    def _read_text(self, line: str, key: str) -> bool:
        text = line.lstrip(" \t")
        if text.startswith("#"):
            self.families.read_text(text)
        elif text:
            series_text, rest = split_series(text.rstrip(" \t"))
            fields = _BLANKS.split(rest.strip(" \t"))
            if len(fields) not in {1, 2}:
                raise ValueError(f"expected a value and at most a timestamp, found {rest.strip()[:60]!r}")
            at_ms = _milliseconds(fields[1]) if len(fields) == 2 else None
            self._note_end(line, fields[0])
            return self._add(key, series_text, parse_number(fields[0]), at_ms)
        return False

    def _read_openmetrics(self, line: str, key: str) -> bool:
        if line == "# EOF":
            self.ended = True
        elif line.startswith("#"):
            self.families.read_openmetrics(line)
        else:
            series_text, _ = split_series(line)
            if " {" in series_text[: series_text.find("{") + 1]:
                raise ValueError("expected no space before the labels")
            value, seconds = split_openmetrics(line[len(series_text) :])
            at_ms = None if seconds is None else _milliseconds_of_seconds(seconds)
            self._note_end(line, value)
            return self._add(key, series_text, parse_number(value), at_ms)
        return False

    def _note_end(self, line: str, value: str) -> None:
        """An exemplar or blanks behind the value: it cannot be found by what stands behind the last space."""
        self.ends_with_values = self.ends_with_values and line.rpartition(" ")[2] == value

    def _add(self, key: str, text: str, value: float, at_ms: int | None) -> bool:
        """Whether the sample is without a time of its own."""
        text = key if text == key else text  # one object for both is half the memory
        series = self._series(text)
        if at_ms is None:
            self._keep(text, series, value)
            return True
        self._count(text, series)
        if series != DROPPED:
            self.timed_series.append(series)
            self.timed_ms.append(at_ms)
            self.timed_values.append(value)
        return False

    def _keep(self, text: str, series: int, value: float) -> None:
        self._count(text, series)
        self.found.append(series)
        self.values.append(value)

    def _count(self, text: str, series: int) -> None:
        self.texts.append(text)
        self.kept += series != DROPPED
        if self.most_kept and self.kept > self.most_kept:
            raise ValueError(f"expected at most {self.most_kept} samples after relabelling (sample_limit)")

    def _series(self, text: str) -> int:
        known = self.known.get(text)
        if known is None:
            known = self.new.get(text)
        if known is None:
            form = OPENMETRICS_LABEL if self._is_openmetrics else TEXT_LABEL
            known = self.new.add(text, self.labels_of(parse_series(text, self.max_labels, form)))
        return known


def _milliseconds_of_seconds(text: str) -> int:
    """The time of a sample in OpenMetrics."""
    seconds = parse_number(text)
    if not np.isfinite(seconds):
        raise ValueError(f"expected a finite timestamp, found {text!r}")
    return round(max(-LATEST_SECONDS, min(LATEST_SECONDS, seconds)) * 1000)


def _milliseconds(text: str) -> int:
    """The time of a sample in the text format."""
    at_ms = int(text) if _MILLISECONDS.fullmatch(text) else _LATEST_MS + 1
    if abs(at_ms) > _LATEST_MS:
        raise ValueError(f"expected a timestamp in milliseconds, found {text[:40]!r}")
    return at_ms
