"""Which turns are news beside a series' excursion: rows of their own, in a timeline."""

from alerts.charts.model import Unit
from postmortem.evidence import Evidence
from postmortem.turning_points.bends import COMPANY_SECONDS
from postmortem.turning_points.excursions import LEAST_CHANGE, SETTLED_SHARE
from postmortem.turning_points.turns import Shift, Turn

WORSE_AGAIN_SHARE = 0.25  # of an excursion: a later step of it towards its worst that is told


def is_told(turn: Turn, shift: Shift | None, evidence: Evidence, *, is_bent: bool) -> bool:
    """Not a turn that the series' excursion tells: its onset, a fast return, a way back with bends."""
    if shift is None:
        return True
    if _is_flicker(turn, shift) or _is_onset(turn, shift, evidence):
        return False
    if is_slow(turn, evidence):
        is_way_back = turn.rises != shift.rises and turn.begins.value > shift.onset.value
        return not (is_bent and is_way_back)
    return not is_return(turn, shift)


def _is_flicker(turn: Turn, shift: Shift) -> bool:
    """One more or less of a count that went far beyond: a lock that one session waits for, and none again."""
    is_least = turn.subject.signal.unit is Unit.COUNT and _size(turn) <= LEAST_CHANGE[Unit.COUNT]
    return is_least and _size(turn) < SETTLED_SHARE * _whole(shift)


def is_slow(turn: Turn, evidence: Evidence) -> bool:
    """Whether it takes longer than a rate's window, which a step takes."""
    return turn.reached.value - turn.begins.value > evidence.lookback_seconds


def is_return(turn: Turn, shift: Shift) -> bool:
    """Whether it is the change in which the excursion ends."""
    back = shift.recovered or shift.eased
    if back is None or turn.subject.series != shift.subject.series or turn.rises == shift.rises:
        return False
    return turn.begins.value - COMPANY_SECONDS <= back.value <= turn.reached.value + COMPANY_SECONDS


def _is_onset(turn: Turn, shift: Shift, evidence: Evidence) -> bool:
    """Whether it is the change that begins the series' excursion, or too small a part of it to be news."""
    near = evidence.lookback_seconds
    begins, ends = shift.onset.value, max(shift.onset.value, shift.peak_at.value)
    if turn.rises != shift.rises or turn.reached.value < begins - near or turn.begins.value > ends + near:
        return False
    return turn.begins.value <= begins + near or _size(turn) < WORSE_AGAIN_SHARE * _whole(shift)


def _size(turn: Turn) -> float:
    return abs(turn.after.value - turn.before.value)


def _whole(shift: Shift) -> float:
    return abs(shift.peak.value - shift.before.value)
