"""From when a record has to be: an alert of a long window rings long after users were first hurt.

Were the outage all that precedes the alarm, it would be taken for what is usual.
"""

from collections.abc import Iterator, Sequence

from postmortem.evidence import Evidence, Subject
from postmortem.impact.concern import felt_subjects
from postmortem.impact.missed import Bound, Stretch, find_stretches, join_stretches
from postmortem.impact.nearest import nearest
from postmortem.later import go_on
from postmortem.records import SloRecord

_LEAST_SHARE = 0.2  # of the time before a late alarm: what is taken for usual then
_HISTORY = 0.5  # of how long the outage lasted before the alarm: turning points ask for a third of that


def holds_usual(evidence: Evidence) -> bool:
    """Whether the record begins well before what the alarm fell into, by the error budgets alone."""
    since = _missed_since(evidence)
    before_alarm = evidence.alarm_at - evidence.analysis_start
    return since is None or since - evidence.analysis_start >= _LEAST_SHARE * before_alarm


def find_start(wide: Evidence, least_seconds: float) -> float | None:
    """From when the record holds what was usual; None where the wide one does not reach back so far either.

    wide: a record of the objectives that reaches further back. Where its samples begin amid the outage, so
    does what is to be fetched.
    least_seconds: how much there is to be before the outage.
    """
    since, first = _missed_since(wide), first_sample_at(wide)
    if since is None or since <= wide.start + wide.lookback_seconds:
        return None
    history = max(least_seconds, _HISTORY * (wide.alarm_at - since))
    return max(first, since - history)


def _missed_since(evidence: Evidence) -> float | None:
    group = missed_by_budget(evidence)
    return group[0].begins.value if group else None


def missed_by_budget(evidence: Evidence) -> Sequence[Stretch]:
    """What the alarm falls into if no rest is let off; empty where every budget is kept."""
    bounds = [Bound(subject, slo.error_budget) for subject, slo in _objectives(evidence)]
    stretches = [each for bound in bounds for each in go_on(evidence, bound, find_stretches(evidence, bound))]
    return nearest(evidence, join_stretches(stretches, evidence.quiet_seconds)) or ()


def first_sample_at(evidence: Evidence) -> float:
    """Of any objective that is judged, in the measured part of the record."""
    starts = [float(evidence.series[subject.series].times[0]) for subject, _ in _objectives(evidence)]
    return max(evidence.analysis_start, min(starts, default=evidence.analysis_start))


def _objectives(evidence: Evidence) -> Iterator[tuple[Subject, SloRecord]]:
    yield from ((subject, subject.slo) for subject in felt_subjects(evidence) if subject.slo is not None)
