"""Which of the stretches in which users were hurt an alarm is about."""

from collections.abc import Sequence

from postmortem.evidence import Evidence
from postmortem.impact.missed import Stretch

REACH_SECONDS = 1800.0  # the short window of the slowest page: what was over for longer did not ring it


def closed_at(evidence: Evidence) -> float:
    """When the incident was closed; the record's end where nobody did, or later."""
    resolved = evidence.incident.resolved_at
    return evidence.end if resolved is None else min(resolved, evidence.end)


def nearest(evidence: Evidence, joined: Sequence[Sequence[Stretch]]) -> Sequence[Stretch] | None:
    """What the alarm falls into, else the nearest; nothing that was long over, or began after the closing."""
    alarm, closed = evidence.alarm_at, closed_at(evidence)

    def distance(group: Sequence[Stretch]) -> float:
        last = max(stretch.last for stretch in group)
        return max(group[0].begins.value - alarm, alarm - last, 0.0)

    possible = [
        group
        for group in joined
        if group[0].begins.value <= max(closed, alarm)
        and max(stretch.last for stretch in group) >= alarm - REACH_SECONDS
    ]
    return min(possible, key=distance, default=None)
