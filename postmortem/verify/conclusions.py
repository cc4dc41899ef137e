"""All that a report concludes, concluded again: timeline, impact, shifts, causes, and what was asked."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from postmortem.archive.archive import conclusions
from postmortem.archive.digests import DIGEST, DIGESTS
from postmortem.evidence import Evidence
from postmortem.later import LATER
from postmortem.peaks import peak_queries
from postmortem.queries import choose_later, count_queries, later_queries, subject_queries
from postmortem.report import Report
from postmortem.verify.difference import Difference, compare

_TAKEN_APART = {DIGESTS, DIGEST, "series", "made_by"}


def check_conclusions(archive: Mapping[str, Any], report: Report) -> Iterator[Difference]:
    """What the archive says otherwise than ``report``, which was made of its samples and records."""
    parts = {key: value for key, value in conclusions(report).items() if key not in _TAKEN_APART}
    made = orjson.loads(orjson.dumps(parts))
    stored = {key: value for key, value in archive.items() if key not in _TAKEN_APART}
    yield from compare("", stored, made)
    yield from _check_queries(archive["series"], report)


def _check_queries(stored: Mapping[str, Mapping[str, Any]], report: Report) -> Iterator[Difference]:
    """Series whose query or window is another than what the records call for."""
    evidence = report.evidence
    asked = _asked(evidence, report)
    known = {subject.series for subject in evidence.subjects}
    whole: dict[str, object] = {"start": evidence.start, "end": evidence.end}
    for name, series in stored.items():
        query = name.partition("{")[0] if name.startswith(LATER) else name
        wanted = whole if name in known else asked.get(query, {"query": "none that the records call for"})
        yield from compare(f"series.{name}", {key: series[key] for key in wanted}, wanted)


def _asked(evidence: Evidence, report: Report) -> dict[str, dict[str, object]]:
    subjects = subject_queries(evidence.incident, evidence.slos, evidence.signals, evidence.rate_window)
    counts = [*count_queries(evidence, report.impact.span), *peak_queries(evidence, report.shifts)]
    ranges: dict[str, dict[str, object]] = {q.id: {"query": q.query} for q in subjects}
    if (window := choose_later(evidence)) is not None:
        ends = {"start": window.start, "end": window.end}
        ranges |= {q.id: {"query": q.query, **ends} for q in later_queries(evidence, window)}
    return ranges | {q.id: {"query": q.query, "start": q.at, "end": q.at} for q in counts}
