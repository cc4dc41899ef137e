"""Recorded series that figures are held against: of an incident, a stored report, or a case."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from alerts.charts.model import Language, Unit
from alerts.signals import load_signals
from collector.embedded import EmbeddedQuerier
from collector.series import Series
from postmortem.cases.files import SHIPPED_SIGNALS, read_case_record
from postmortem.errors import EvidenceError
from postmortem.evidence import Evidence, Floats
from postmortem.records import Good, Signal, SloRecord, slos_by_key

# How the share of bad requests of an objective is called, so that it is found as an error ratio.
_FAILED = {Language.KO: "{title} 오류율", Language.EN: "{title} error rate"}
_LEAD_SECONDS = 900.0
_STEP_SECONDS, _RATE_WINDOW = 15.0, "1m"
_SLOW = {Language.KO: "{title} 위반 비율", Language.EN: "{title} violation ratio"}


@dataclass(frozen=True)
class Title:
    """What a series is called in each language, and its name."""

    by_language: Mapping[str, str]
    name: str

    def told(self, language: Language) -> str:
        """In this language, else in English, else the name."""
        return self.by_language.get(language) or self.by_language.get(Language.EN) or self.name

    def all(self) -> tuple[str, ...]:
        """Everything it is called, each once."""
        return tuple(dict.fromkeys([*self.by_language.values(), self.name]))


@dataclass(frozen=True)
class RecordedSeries:
    """times: Unix seconds. good: which way is better."""

    title: Title
    unit: Unit
    good: Good
    times: Floats
    values: Floats


@dataclass(frozen=True)
class Recorded:
    """series: of signals and objectives. offset_seconds: of the zone, for a document that names none."""

    series: tuple[RecordedSeries, ...]
    offset_seconds: float


def from_evidence(evidence: Evidence, zone: ZoneInfo) -> Recorded:
    """The range series of a report's evidence. zone: of a document that names none."""
    found = [
        RecordedSeries(_title(s.signal, s.slo), s.signal.unit, s.signal.good, stored.times, stored.values)
        for s in evidence.subjects
        for stored in (evidence.series[s.series],)
    ]
    return Recorded(tuple(found), offset_seconds(zone, evidence.start))


def from_archive(path: Path, zone: ZoneInfo | None = None) -> Recorded:
    """The series that a report stored with `--format json`. zone: of a document that names none; its own.

    Raises:
        EvidenceError: for a file that is none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        series = [_stored(name, stored, content) for name, stored in content["series"].items()]
        zone = zone or ZoneInfo(content.get("time_zone", "UTC"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        expected = "expected a report that `postmortem report --format json` wrote"
        raise EvidenceError(f"{path}: {expected}: {error!r}") from error
    kept = tuple(one for one in series if one is not None)
    return Recorded(kept, offset_seconds(zone, float(kept[0].times[0])) if kept else 0.0)


def _stored(name: str, stored: Mapping[str, Any], content: Mapping[str, Any]) -> RecordedSeries | None:
    samples = np.array(stored["samples"], dtype=np.float64).reshape(-1, 2)
    kind, _, rest = name.partition(":")
    times, values = samples[:, 0], samples[:, 1]
    if kind == "signal":
        signals = (Signal.model_validate(s) for s in content["signals"]["signals"])
        signal = next(s for s in signals if s.name == rest.partition("{")[0])
        return RecordedSeries(_title(signal, None), signal.unit, signal.good, times, values)
    objective, _, what = rest.rpartition(":")
    if kind != "slo" or what != "error_ratio":
        return None
    slo = slos_by_key(map(SloRecord.model_validate, content["slos"]))[objective]
    return RecordedSeries(_slo_title(slo), Unit.RATIO, Good.DOWN, times, values)


def _title(signal: Signal, slo: SloRecord | None) -> Title:
    return _named(signal.title, signal.name) if slo is None else _slo_title(slo)


def _slo_title(slo: SloRecord) -> Title:
    words = _FAILED if slo.threshold_seconds is None else _SLOW
    titles: dict[str, str] = {
        language: words[language].format(title=slo.titled(language)) for language in Language
    }
    return Title(titles, titles[Language.EN])


def from_case(name: str, signals_file: Path | None, zone: ZoneInfo | None) -> Recorded:
    """The signals over the samples of a case; no rule is replayed.

    name: its folder, or that of one that ships. signals_file: the signal map, by default the shop's.
    zone: of a document that names none; the case's own unless given.

    Raises:
        SpecError: for a folder without a case, or the first mistake in a file.
        QueryError: for a signal whose query is wrong.
    """
    record = read_case_record(name)
    signals = load_signals(signals_file or SHIPPED_SIGNALS).signals
    expected = record.filed.expected
    querier = EmbeddedQuerier(record.filed.load())
    found = [
        RecordedSeries(
            _named(signal.title, signal.name), Unit(signal.unit), Good(signal.good), *_finite(series)
        )
        for signal in signals
        for series in querier.range(
            signal.over(_RATE_WINDOW), expected.start - _LEAD_SECONDS, expected.end, _STEP_SECONDS
        )
    ]
    offset = offset_seconds(zone or record.zone, expected.start)
    return Recorded(tuple(one for one in found if len(one.times)), offset)


def offset_seconds(zone: ZoneInfo, at: float) -> float:
    """How far a zone is ahead of UTC then."""
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    return offset.total_seconds() if offset else 0.0


def _finite(series: Series) -> tuple[Floats, Floats]:
    finite = np.isfinite(series.values)
    return series.times[finite], series.values[finite]


def _named(titles: Mapping[str, str], name: str) -> Title:
    return Title(titles, name.replace("_", " "))
