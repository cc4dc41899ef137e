"""Reads cases from their files: figures by name, times in the document's own zone."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alerts.case_bounds import check_size
from alerts.case_format import (
    CacheFile,
    CaseFile,
    CpuFile,
    DisturbanceFile,
    FailuresFile,
    FigureFile,
    HitMissFile,
    RequestsFile,
    SteadyFile,
)
from alerts.cases import (
    Cache,
    Case,
    Cpu,
    Failures,
    Figure,
    HitMissLatency,
    Requests,
    Row,
    Sampling,
    SteadyLatency,
)
from alerts.disturbances import ClockStep, CounterReset, Disturbance, ScrapeGap
from alerts.documents import Document, read_document
from alerts.errors import SpecError

BUILT_IN = Path(__file__).parent / "cases"


def load_case(name_or_path: str) -> Case:
    """A built-in case by its name, or a case by the path of its folder.

    Raises:
        SpecError: for an unknown name or the first mistake in its case.yml.
    """
    path = Path(name_or_path)
    for folder in (path, BUILT_IN / name_or_path):
        if (folder / "case.yml").is_file():
            return _Reader(read_document(folder / "case.yml")).case()
    expected = ", ".join(case_names())
    raise SpecError(f"case {name_or_path!r}: expected one of {expected}, or a folder with a case.yml")


def case_names() -> list[str]:
    """The cases that ship with Fireline."""
    return sorted(path.parent.name for path in BUILT_IN.glob("*/case.yml"))


class _Reader:
    """Turns the file's names of figures into the figures."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._content = document.parse(CaseFile)
        self._zone = self._timezone()
        self._figures = {name: self._figure(name, figure) for name, figure in self._content.figures.items()}

    def case(self) -> Case:
        content = self._content
        scrape, history = content.scrape, content.history
        self._check_size()
        onset, alarm, page_within_seconds = self._expected()
        return Case(
            name=content.name,
            title=content.title.texts(),
            timezone=self._zone,
            start=self._seconds(content.start),
            end=self._seconds(content.end),
            onset=onset,
            alarm_at=alarm,
            page_within_seconds=page_within_seconds,
            spread=content.spread,
            sampling=Sampling(scrape.interval, scrape.offset, history.length, history.step, history.fine),
            figures=self._figures,
            requests=tuple(self._requests(n, requests) for n, requests in enumerate(content.requests)),
            caches=tuple(self._cache(n, cache) for n, cache in enumerate(content.caches)),
            cpus=tuple(self._cpu(n, cpu) for n, cpu in enumerate(content.cpus)),
            assumptions=tuple(text.texts() for text in content.assumptions),
            disturbances=tuple(self._disturbance(n, one) for n, one in enumerate(content.disturbances)),
            is_quiet=content.quiet,
        )

    def _check_size(self) -> None:
        """Before any sample is made: a few digits in the file can ask for more than the memory holds."""
        content, scrape, history = self._content, self._content.scrape, self._content.history
        place = self._document.place
        for key, step in (("scrape.interval", scrape.interval), ("history.step", history.step)):
            if step <= 0:
                raise self._error(key, "expected a duration above 0")
        seconds = self._seconds(content.end) - self._seconds(content.start)
        if seconds <= 0:
            raise self._error("end", "expected after start")
        times = history.length / history.step + (history.fine + seconds) / scrape.interval
        series = sum(3 * (len(one.buckets) + 2) for one in content.requests)
        check_size(place, history.length + seconds, times * series)

    def _expected(self) -> tuple[float, float, float]:
        """Onset, alarm, and how soon after the onset a page is due."""
        content = self._content
        if content.quiet:
            if content.onset or content.alarm or content.page_within:
                raise self._error("quiet", "expected without onset, alarm and page_within")
            start = self._seconds(content.start)
            return start, start, 0.0
        if content.onset is None or content.alarm is None or content.page_within is None:
            raise self._error("onset", "expected with alarm and page_within, or quiet: true instead")
        onset = self._seconds(content.onset)
        if not self._seconds(content.start) <= onset < self._seconds(content.end):
            raise self._error("onset", "expected between start and end")
        return onset, self._seconds(content.alarm), content.page_within

    def _disturbance(self, position: int, content: DisturbanceFile) -> Disturbance:
        key, at = f"disturbances.{position}", self._seconds(self._midnight + content.at)
        match content.kind:
            case "counter_reset":
                return CounterReset(at)
            case "scrape_gap":
                if content.lasts is None:
                    raise self._error(f"{key}.lasts", "expected a duration such as 2m")
                return ScrapeGap(at, content.lasts)
            case "clock_step":
                if content.by_seconds is None:
                    raise self._error(f"{key}.by_seconds", "expected a number of seconds, below 0 for back")
                return ClockStep(at, content.by_seconds)

    @property
    def _midnight(self) -> datetime:
        return self._content.start.replace(hour=0, minute=0)

    def _timezone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self._content.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise self._error("timezone", "expected a zone such as Asia/Seoul") from error

    def _error(self, key: str, expected: str) -> SpecError:
        return SpecError(f"{self._document.place}: {key}: {expected}")

    def _seconds(self, moment: datetime) -> float:
        return moment.replace(tzinfo=self._zone).timestamp()

    def _figure(self, name: str, content: FigureFile) -> Figure:
        rows = tuple(Row(self._seconds(self._midnight + row.at), row.value, row.says) for row in content.rows)
        if any(a.at + self._content.transition >= b.at for a, b in pairwise(rows)):
            raise self._error(
                f"figures.{name}.rows", "expected rows in time order, further apart than a transition"
            )
        return Figure(
            name, content.title.texts(), content.unit, content.before, rows, self._content.transition
        )

    def _figure_named(self, key: str, name: str) -> Figure:
        if name not in self._figures:
            raise self._error(key, f"expected one of {', '.join(self._figures)}, found {name!r}")
        return self._figures[name]

    def _requests(self, position: int, content: RequestsFile) -> Requests:
        key = f"requests.{position}"
        return Requests(
            content.method,
            content.route,
            content.status,
            content.normal_per_second,
            self._figure_named(f"{key}.traffic", content.traffic),
            self._latency(f"{key}.latency", content.latency),
            None if content.failures is None else self._failures(f"{key}.failures", content.failures),
            tuple(sorted(content.buckets)),
        )

    def _latency(self, key: str, content: dict[str, Any]) -> HitMissLatency | SteadyLatency:
        document = Document(f"{self._document.place}: {key}", content)
        if "hit_ratio" not in content:
            return SteadyLatency(document.parse(SteadyFile).p95_seconds)
        parsed = document.parse(HitMissFile)
        hit_ratio = self._figure_named(f"{key}.hit_ratio", parsed.hit_ratio)
        if max(hit_ratio.before, *(row.value for row in hit_ratio.rows)) >= 0.95:
            raise self._error(f"{key}.hit_ratio", "expected below 0.95, or the p95 says nothing about misses")
        return HitMissLatency(hit_ratio, parsed.hit_median, self._figure_named(f"{key}.p95", parsed.p95))

    def _failures(self, key: str, content: FailuresFile) -> Failures:
        ratio = self._figure_named(f"{key}.ratio", content.ratio)
        time_out = self._figure_named(f"{key}.time_out_seconds", content.time_out_seconds)
        return Failures(ratio, content.usual, time_out, content.status, content.error_type)

    def _cache(self, position: int, content: CacheFile) -> Cache:
        hit_ratio = self._figure_named(f"caches.{position}.hit_ratio", content.hit_ratio)
        return Cache(content.name, content.route, hit_ratio)

    def _cpu(self, position: int, content: CpuFile) -> Cpu:
        ratio = self._figure_named(f"cpus.{position}.ratio", content.ratio)
        return Cpu(content.groupname, content.limit_cores, ratio)
