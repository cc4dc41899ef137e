"""One target's scrapes: what a fetched page, or a failure, adds to the store."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from collector.config import ScrapeConfig
from collector.created import NO_TIMES, CreatedTimes
from collector.errors import ExpositionError, RelabelError
from collector.exposition import PageFormat, PageParser
from collector.families import Metadata
from collector.fetch import Fetched
from collector.label_pairs import PAIRS_A_SERIES
from collector.labels import METRIC_NAME, Labels
from collector.page import Page
from collector.postings import SeriesIds
from collector.relabel import relabel
from collector.sample_line import MAX_LABELS
from collector.series import STALE_NAN, Values
from collector.steps import Steps, finished
from collector.store.batches import Batch, Points, Row
from collector.store.durable import SampleStore
from collector.targets import Target
from collector.zeros import Span, zeros

logger = logging.getLogger(__name__)

REPORTS = (
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
)
MOST_SAMPLES = 500_000  # of a page: a series costs some 5 kB
_LINES_A_SAMPLE = 4  # its own, HELP, TYPE and UNIT
_AHEAD_MS = 10 * 60 * 1000


@dataclass(frozen=True)
class ScrapeResult:
    """How the latest scrape of a target went; ``error`` is empty when it went well.

    warning: why nothing of a page that went well is kept; empty where it is.
    """

    at: float
    duration_seconds: float
    error: str
    samples: int = 0
    warning: str = ""

    @property
    def healthy(self) -> bool:
        return not self.error


class TargetWriter:
    """Turns one target's pages into batches. Used by the ingest thread only.

    former: the writer of the same target before its job changed, or before it went and came back; series the
        next page lacks end.
    """

    def __init__(self, target: Target, store: SampleStore, former: "TargetWriter | None" = None) -> None:
        self._target = target
        self._key = target.key
        self._store = store
        self._parser = PageParser(
            self._labels,
            store.series_id,
            _most_read(target.job),
            target.job.sample_limit,
            max(target.job.label_limit, PAIRS_A_SERIES),
        )
        self._present: SeriesIds = former._present if former else _NO_SERIES
        # All that may have no end in the store: also what is in pages that were, for all we know, not kept.
        self._unended: SeriesIds = former._unended if former else _NO_SERIES
        self._created: CreatedTimes | None = (
            former._created if former else None
        )  # as the last good page has it
        self._before = self._present, self._unended, self._created
        self._former = former
        self._reports = _NO_SERIES
        self.is_reading = False
        self._is_behind: bool = former._is_behind if former else False

    @property
    def metadata(self) -> Mapping[str, Metadata]:
        return self._parser.metadata

    @property
    def metadata_left_out(self) -> int:
        """Comments of the latest page that were too many to remember."""
        return self._parser.metadata_left_out

    def batch(self, at: float, fetched: Fetched) -> tuple[Batch, ScrapeResult]:
        """What a scrape at ``at`` adds. A page that cannot be used ends every series of the last one."""
        return finished(self.reading(at, fetched))

    def reading(self, at: float, fetched: Fetched) -> Steps[tuple[Batch, ScrapeResult]]:
        """As ``batch``, in short steps; until the last one, ``is_reading``."""
        self.is_reading = True
        try:
            return (yield from self._reading(at, fetched))
        finally:
            self.is_reading = False

    def _reading(self, at: float, fetched: Fetched) -> Steps[tuple[Batch, ScrapeResult]]:
        if not len(self._reports):
            self._reports = np.array([self._report_series(name) for name in REPORTS], np.int64)
        error = fetched.error
        page: Page | None = None
        if not error:
            try:
                self._refuse_too_long(fetched.text)
                kind = PageFormat.of(fetched.content_type)
                page = yield from self._parser.parsing(fetched.text, kind)
                page = page if self._target.job.honor_timestamps else _without_times(page)
                yield
            except (ExpositionError, RelabelError, _LimitError) as failure:
                error = str(failure)
        lines, warning = page.lines if page else 0, self._warned(at)
        result = ScrapeResult(at, fetched.duration_seconds, error, lines, warning)
        return self._written(result, page), result

    def take_back(self) -> None:
        """The latest batch was not kept, for all we know: what it ended or began is yet to be ended."""
        self._present, unended, self._created = self._before
        self._unended = np.union1d(unended, self._unended)

    def farewell(self, at: float) -> Batch:
        """Ends every series of a target that is no longer scraped; the same again where that was not kept."""
        self._take_over()
        ended = {"reports": self._reports, "page": self._unended}
        rows = [
            Row(self._stream(part), round(at * 1000), series, np.full(len(series), STALE_NAN))
            for part, series in ended.items()
            if len(series)
        ]
        return Batch(rows)

    def _take_over(self) -> None:
        """Once more before the first page: one of the former writer's may have come in between."""
        if self._former is not None:
            self._former._take_over()
            self._present, self._unended = self._former._present, self._former._unended
            self._created = self._former._created
            self._former = None

    def _warned(self, at: float) -> str:
        """What a scrape says where the clock is behind what is kept; the log says it once each time."""
        newest_ms = self._store.newest_row_ms(self._stream("reports"))
        behind = newest_ms - round(at * 1000)
        was_behind, self._is_behind = self._is_behind, behind > 0
        if behind <= 0:
            return ""
        warning = (
            f"samples are not kept: the newest one of this target is {behind / 1000:g} s later than the"
            " clock, which jumped back"
        )
        if not was_behind:
            logger.warning("%s: %s", self._target.shown_url, warning)
        return warning

    def _written(self, result: ScrapeResult, page: Page | None) -> Batch:
        self._take_over()
        at_ms = round(result.at * 1000)
        series, values = (page.series, page.values) if page else (_NO_SERIES, _NO_VALUES)
        added = 0
        self._before = self._present, self._unended, self._created
        row_series, row_values = series, values
        if series is not self._unended:
            vanished = np.setdiff1d(self._unended, series)
            added = len(np.setdiff1d(series, self._present))
            row_series = np.concatenate([series, vanished]) if len(vanished) else series
            row_values = np.concatenate([values, np.full(len(vanished), STALE_NAN)])
            self._present = self._unended = series
        rows = [Row(self._stream("reports"), at_ms, self._reports, self._report_values(result, page, added))]
        if page:
            rows += self._zeros(page.created, result)
        if len(row_series):
            rows.append(Row(self._stream("page"), at_ms, row_series, row_values))
        return Batch(rows, self._timed(page, at_ms))

    def _zeros(self, created: CreatedTimes, result: ScrapeResult) -> list[Row]:
        """The rows before the page's, in which series that are new, or whose process is, begin."""
        stream, at_ms = self._stream("page"), round(result.at * 1000)
        read_ms = at_ms + round(result.duration_seconds * 1000)
        interval_ms = round(self._target.job.interval_seconds * 1000)
        found = zeros(
            created, self._created, Span(self._store.newest_row_ms(stream), at_ms, read_ms, interval_ms)
        )
        self._created = created
        self._store.counters.too_new += found.ahead
        return [Row(stream, zero_ms, series, np.zeros(len(series))) for zero_ms, series in found.rows]

    def _report_values(self, result: ScrapeResult, page: Page | None, added: int) -> Values:
        kept = len(page.series) + len(page.timed_series) if page else 0
        return np.array([float(result.healthy), result.duration_seconds, result.samples, kept, added])

    def _timed(self, page: Page | None, at_ms: int) -> list[Points]:
        """Samples with times of their own; those far ahead are dropped, as they would hide what comes."""
        if page is None or not len(page.timed_series):
            return []
        kept = page.timed_ms <= at_ms + _AHEAD_MS
        self._store.counters.too_new += int((~kept).sum())
        return [Points(page.timed_series[kept], page.timed_ms[kept], page.timed_values[kept])]

    def _refuse_too_long(self, text: str) -> None:
        """Before a line is read: what is packed small can hold more lines than memory."""
        most = max(self._target.job.sample_limit, MOST_SAMPLES)
        all_lines = text.count("\n")
        if all_lines <= most:
            return
        lines = all_lines - text.count("\n#") - text.startswith("#")
        if all_lines > _LINES_A_SAMPLE * most:
            raise _LimitError(
                f"{all_lines} lines: expected at most {_LINES_A_SAMPLE * most}, with all comments"
            )
        if lines > most:
            raise _LimitError(f"{lines} lines of samples: expected at most {most} (raise it by sample_limit)")

    def _labels(self, scraped: dict[str, str]) -> Labels | None:
        """Those of a line's series, after the target's labels and relabelling; None where it is dropped."""
        labels = _with_target(scraped, self._target.labels, self._target.job.honor_labels)
        kept = relabel(labels, self._target.job.metric_relabel)
        if kept is None or not kept.get(METRIC_NAME):
            return None
        self._check_labels(kept)
        return Labels(kept)

    def _check_labels(self, labels: Mapping[str, str]) -> None:
        job = self._target.job
        shown = labels[METRIC_NAME]
        if job.label_limit and len(labels) > job.label_limit:
            raise _LimitError(
                f"{shown}: {len(labels)} labels: expected at most {job.label_limit} (label_limit)"
            )
        for name, value in labels.items():
            if job.label_name_length_limit and len(name) > job.label_name_length_limit:
                raise _LimitError(f"{shown}: label name {name[:40]!r} is too long (label_name_length_limit)")
            if job.label_value_length_limit and len(value) > job.label_value_length_limit:
                raise _LimitError(f"{shown}: value of label {name!r} is too long (label_value_length_limit)")

    def _report_series(self, name: str) -> int:
        return self._store.series_id(self._target.labels.merged({METRIC_NAME: name}))

    def _stream(self, part: str) -> str:
        return f"scrape\n{part}\n{self._key}"


class _LimitError(Exception):
    """A page over one of the job's limits."""


def _most_read(job: ScrapeConfig) -> int:
    """Labels of a line that are read at all: relabelling may still bring their number under the limit."""
    if job.metric_relabel:
        return max(job.label_limit, MAX_LABELS)
    return job.label_limit or MAX_LABELS


def _without_times(page: Page) -> Page:
    """All samples at the scrape's own time."""
    if not len(page.timed_series):
        return page
    series, first = np.unique(np.concatenate([page.series, page.timed_series]), return_index=True)
    values = np.concatenate([page.values, page.timed_values])[first]
    return Page(series, values, _NO_SERIES, _NO_SERIES, _NO_VALUES, page.lines, NO_TIMES)


_NO_SERIES = np.empty(0, np.int64)
_NO_VALUES = np.empty(0, np.float64)


def _with_target(scraped: dict[str, str], target: Labels, honor_labels: bool) -> dict[str, str]:
    """Adds the target's labels; a scraped label in their way is kept or becomes ``exported_…``."""
    if honor_labels:
        return {**dict(target.pairs), **scraped}
    merged = dict(scraped)
    for name, value in target.pairs:
        if merged.get(name):
            moved = f"exported_{name}"
            while merged.get(moved):
                moved = f"exported_{moved}"
            merged[moved] = merged[name]
        merged[name] = value
    return merged
