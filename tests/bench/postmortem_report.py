"""A report on 24 hours over 50 series: from the evidence in hand to three files on the disk."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from alerts.charts.model import Language, Unit
from collector.whole_file import write_all
from postmortem.archive.archive import Archive
from postmortem.archive.file import read_archive, read_text
from postmortem.compose.write import write_document
from postmortem.evidence import Evidence, Floats, StoredSeries, Subject
from postmortem.fits import changefit
from postmortem.html import render_html
from postmortem.impact.span import find_span
from postmortem.markdown import render_markdown
from postmortem.queries import count_queries, subject_queries
from postmortem.records import Event, Incident, Signal, SignalMap, SloRecord
from postmortem.report import conclude
from postmortem.turning_points.turns import find_shifts
from postmortem.verify.documents import verify_document
from postmortem.verify.verdict import verify_archive

SERIES, SLOS, EVENTS = 50, 3, 40
START, HOURS = 1_756_861_200.0, 24
BEGIN_SECONDS, END_SECONDS = 3600.0, 22 * 3600.0  # of the incident, within the window
RUNS = 15
ZONE = ZoneInfo("Asia/Seoul")
ROLES = (
    ("traffic", Unit.PER_SECOND, 200.0),
    ("latency", Unit.SECONDS, 0.2),
    ("errors", Unit.RATIO, 0.004),
    ("cpu", Unit.RATIO, 0.4),
    ("cache", Unit.RATIO, 0.1),
    ("saturation", Unit.COUNT, 40.0),
)


@dataclass(frozen=True)
class Timing:
    """Medians in seconds, and the fastest run. samples: of all series. archive_bytes: of the JSON."""

    name: str
    seconds: float
    fastest: float
    verify_seconds: float
    samples: int
    figures: int
    archive_bytes: int
    page_bytes: int
    runs: int = RUNS


def run() -> Iterator[Timing]:
    for name, step_seconds in (("as_fetched", 60.0), ("every_scrape", 15.0)):
        yield _time(name, long_incident(step_seconds))


def _time(name: str, evidence: Evidence) -> Timing:
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "report.json"
        written = _seconds(lambda: write_files(evidence, Path(folder)))
        verified = _seconds(lambda: verify(archive))
        return Timing(
            name,
            statistics.median(written),
            min(written),
            statistics.median(verified),
            sum(len(series.times) for series in evidence.series.values()),
            len(conclude(evidence).facts()),
            archive.stat().st_size,
            archive.with_suffix(".html").stat().st_size,
        )


def write_files(evidence: Evidence, folder: Path) -> None:
    """All that `postmortem report` does once the evidence is there, in each format."""
    report = conclude(evidence)
    archive = Archive.of(report)
    document = write_document(report, Language.KO, ZONE, archive.digest)
    write_all(
        {
            folder / "report.json": archive.text,
            folder / "report.md": render_markdown(document),
            folder / "report.html": render_html(document, archive.text),
        }
    )


def verify(path: Path) -> None:
    """The archive and both documents."""
    archive = read_archive(path)
    verdict = verify_archive(archive)
    found = list(verdict.differences)
    for other in (path.with_suffix(".md"), path.with_suffix(".html")):
        found += verify_document(other.name, read_text(other), archive, verdict).differences
    if found:
        raise AssertionError(f"{len(found)} differences, first: {found[0]}")


def _seconds(call: Callable[[], object]) -> list[float]:
    call()
    seconds = []
    for _ in range(RUNS):
        changefit._fit.cache_clear()  # a command begins without any fits
        begin = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begin)
    return seconds


def long_incident(step_seconds: float) -> Evidence:
    """Objectives that are missed for most of a day, and signals of ten services: half of them turn."""
    random = np.random.default_rng(20250903)
    times = START + np.arange(0.0, HOURS * 3600.0, step_seconds)
    slos, signals = (
        tuple(map(_slo, range(SLOS))),
        SignalMap(signals=tuple(map(_signal, range(SERIES - SLOS)))),
    )
    incident, evidence_end = _incident(), float(times[-1])
    queries = subject_queries(incident, slos, signals, "1m")
    series = {
        query.id: StoredSeries(
            query.id,
            query.query,
            START,
            evidence_end,
            step_seconds,
            times,
            _values(random, times, number, query.subject),
        )
        for number, query in enumerate(queries)
    }
    evidence = Evidence(
        incident=incident,
        events=tuple(map(_event, range(EVENTS))),
        slos=slos,
        signals=signals,
        subjects=tuple(query.subject for query in queries),
        series=series,
        start=START,
        end=evidence_end,
        fetched_at=evidence_end,
        interval_seconds=15.0,
        rate_window="1m",
    )
    return evidence.with_series(_counts(evidence))


def _counts(evidence: Evidence) -> list[StoredSeries]:
    """What the counting queries of the objectives would be answered."""
    asked = count_queries(evidence, find_span(evidence, find_shifts(evidence)))
    counts: Mapping[str, float] = {"bad": 5e4, "total": 1e6}
    return [
        StoredSeries(q.id, q.query, q.at, q.at, 0.0, np.array([q.at]), np.array([counts[q.id.split(":")[2]]]))
        for q in asked
    ]


def _values(random: np.random.Generator, times: Floats, number: int, subject: Subject) -> Floats:
    since = times - START
    usual = 0.002 if subject.slo else ROLES[number % len(ROLES)][2]
    level = usual * (1 + 0.1 * np.sin(since / 86_400 * 2 * np.pi))
    if subject.slo or number % 2:
        begin, end = BEGIN_SECONDS + 30.0 * number, END_SECONDS - 60.0 * number
        level = level * np.interp(since, [begin, begin + 300, end, end + 1800], [1, 6, 6, 1])
    return level * random.lognormal(0, 0.05, len(times))


def _slo(number: int) -> SloRecord:
    return SloRecord(
        name=f"slo-{number}",
        service=f"service-{number}",
        kind="ratio",
        objective=0.99,
        period_seconds=30 * 86_400.0,
        bad=f'sum(increase(bad_total{{slo="{number}"}}[$window]))',
        total=f'sum(increase(events_total{{slo="{number}"}}[$window]))',
    )


def _signal(number: int) -> Signal:
    role, unit, _ = ROLES[(number + SLOS) % len(ROLES)]
    service, name = f"service-{number % 10}", f"signal_{number}"
    query = f'sum(rate({name}_total{{service="{service}"}}[$window]))'
    return Signal(name=name, role=role, service=service, unit=unit, query=query)


def _incident() -> Incident:
    page = {"labels": {"slo": "slo-0", "tier": "fast"}, "severity": "page"}
    began, ended = START + BEGIN_SECONDS + 240, START + END_SECONDS
    return Incident.model_validate(
        {
            "id": "2025-09-03-1", "title": "A long day", "state": "resolved", "severity": "page",
            "services": [f"service-{n}" for n in range(10)], "started_at": began, "detected_at": began,
            "paged_at": began + 5, "acknowledged_at": began + 200, "resolved_at": ended,
            "alerts": [{**page, "starts_at": began, "ends_at": ended}],
        }
    )  # fmt: skip


def _event(number: int) -> Event:
    at = START + BEGIN_SECONDS + 600 + number * 1500
    kind = ("mitigation", "note", "switch", "deploy")[number % 4]
    return Event(
        id=number + 1, at=at, kind=kind, text=f"step {number}", incident="2025-09-03-1", author="kim"
    )
