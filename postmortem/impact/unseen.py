"""Objectives that nobody could see around the alarm: series that hung, or were not there yet."""

from postmortem.evidence import Evidence
from postmortem.impact.concern import concerned_slos
from postmortem.impact.gaps import LEAST_STEPS, find_gaps
from postmortem.impact.missed import Stretch
from postmortem.records import SloRecord


def find_unseen(evidence: Evidence) -> tuple[SloRecord, ...]:
    """Those of the services concerned with a gap in the quiet time before the alarm, or no sample in it."""
    alarm = evidence.alarm_at
    since = alarm - evidence.quiet_seconds
    gapped = {gap.subject.series for gap in find_gaps(evidence, since, alarm + evidence.lookback_seconds)}

    def is_seen(name: str) -> bool:
        times = evidence.series[name].times
        return name not in gapped and bool(((times >= since) & (times <= alarm)).any())

    seen = {s.slo.id for s in evidence.subjects if s.slo is not None and is_seen(s.series)}
    return tuple(slo for slo in concerned_slos(evidence) if slo.id not in seen)


def begins_unseen(evidence: Evidence, stretch: Stretch, unseen: tuple[SloRecord, ...]) -> bool:
    """Whether it is of one of these, which was missed already when its samples came after the alarm.

    When it began to be missed is not known then: its first sample is only when that could be seen.
    """
    begins, series = stretch.begins.value, evidence.series[stretch.subject.series]
    if stretch.subject.slo not in unseen or begins <= evidence.alarm_at:
        return False
    before = series.times[(series.times >= evidence.analysis_start) & (series.times < begins)]
    if not len(before):
        return True
    last = float(before[-1])
    is_gap = begins - last > LEAST_STEPS * series.step_seconds
    return is_gap and last < evidence.alarm_at + evidence.lookback_seconds
