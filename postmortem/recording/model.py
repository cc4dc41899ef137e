"""A stretch of time as its signals show it: no incident, no event, no word of what was done to anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from alerts.injection import records_injection
from collector.durations import parse_duration
from postmortem.evidence import Evidence, StoredSeries, Subject
from postmortem.records import Signal, SignalMap, SloRecord


@dataclass(frozen=True)
class Recording:
    """Series of every signal and SLI between ``start`` and ``end``, Unix seconds.

    Whatever ranks causes is given this and nothing else. It has no place for incidents and events, and
    signals that record the injection of faults or the flipping of switches are refused.
    step_seconds: between samples: a scrape, or more in a window of hours. rate_window: the look-back of every
    rate. unavailable: queries without an answer, and why.
    """

    start: float
    end: float
    step_seconds: float
    rate_window: str
    slos: tuple[SloRecord, ...]
    signals: SignalMap
    subjects: tuple[Subject, ...]
    series: Mapping[str, StoredSeries]
    unavailable: Mapping[str, str]

    @property
    def lookback_seconds(self) -> float:
        """How late a turning point may be; of two that lie nearer to one another the order is not known."""
        return parse_duration(self.rate_window)

    def with_subjects(self, subjects: Sequence[Subject]) -> "Recording":
        """The same stretch, of these alone."""
        kept = {subject.series for subject in subjects}
        series = {name: one for name, one in self.series.items() if name in kept}
        return replace(self, subjects=tuple(subjects), series=series)


def is_admissible(signal: Signal) -> bool:
    """False for series that record the injection of faults or the flipping of switches."""
    return not (signal.injects or records_injection(signal.query, signal.name, signal.service))


def without_confessions(signals: SignalMap) -> SignalMap:
    """The map less the signals that record what was done to the system."""
    kept = tuple(signal for signal in signals.signals if is_admissible(signal))
    return signals.model_copy(update={"signals": kept})


def recording_of(evidence: Evidence) -> Recording:
    """What a report's evidence says by its series alone, from where measured samples begin."""
    subjects = [subject for subject in evidence.subjects if is_admissible(subject.signal)]
    return Recording(
        start=evidence.analysis_start,
        end=evidence.end,
        step_seconds=evidence.step_seconds,
        rate_window=evidence.rate_window,
        slos=evidence.slos,
        signals=without_confessions(evidence.signals),
        subjects=tuple(subjects),
        series=evidence.series,
        unavailable=evidence.unavailable,
    ).with_subjects(subjects)


def recording_without_confessions(recording: Recording) -> Recording:
    """A recording that somebody else made may hold what ours leaves out."""
    subjects = [subject for subject in recording.subjects if is_admissible(subject.signal)]
    kept = recording.with_subjects(subjects)
    return replace(kept, signals=without_confessions(recording.signals))
