"""Whether a game day is to be held now. Pure: times are given, in Unix seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from commerce_app.gameday.record import GameDay, Missed, Trigger
from commerce_app.gameday.when import When

# The scheduler may be started anew, or the machine be busy, when the time comes.
LATE_SECONDS = 300.0
DOWN = "the scheduler was not running"
OVERLAPPED = "the game day before had not ended"


@dataclass(frozen=True)
class Due:
    """Hold the game day of ``scheduled_for``."""

    scheduled_for: float
    trigger: Trigger


@dataclass(frozen=True)
class Wait:
    """The next one is at ``until``."""

    until: float


@dataclass(frozen=True)
class Over:
    """There are no more."""


def decide(
    when: When, days: Sequence[GameDay], since: float, at: float, *, catch_up: bool
) -> Due | Wait | Over:
    """What to do now. ``since``: when the schedule began to be kept.

    A time that came while a game day was held is never made up for; one that came while nobody looked
    only with ``catch_up``, and then the latest alone.
    """
    ended = _believed(days, at)
    open_times = [each for each in _unheld(when, days, since, at) if not _overlapped(ended, each)]
    if open_times:
        latest = open_times[-1]
        if at - latest <= LATE_SECONDS:
            return Due(latest, "schedule")
        if catch_up:
            return Due(latest, "catch_up")
    following = when.next_after(at)
    return Over() if following is None else Wait(following)


def missed(
    when: When, days: Sequence[GameDay], since: float, at: float, held: float | None
) -> tuple[Missed, ...]:
    """Those that no report has told of and that nobody may hold any more; ``held`` is now held.

    One that came just before ``at`` is not missed yet: it can be held late, after one that was asked
    for by hand.
    """
    ended = _believed(days, at)
    return tuple(
        Missed(at=datetime.fromtimestamp(each, when.zone), reason=_reason(ended, each))
        for each in _unheld(when, days, since, at - LATE_SECONDS)
        if each != held
    )


def _unheld(when: When, days: Sequence[GameDay], since: float, at: float) -> list[float]:
    """Of the times that no report has told of: a report tells of all that could not be held at its start."""
    told_until = max([since, *(day.started_at.timestamp() - LATE_SECONDS for day in days)])
    held = {day.scheduled_for.timestamp() for day in days if day.scheduled_for is not None}
    return [each for each in when.between(told_until, at) if each not in held]


def _believed(days: Sequence[GameDay], at: float) -> list[GameDay]:
    """Without those that say they ended later than now: while the clock was ahead, at a time unknown."""
    return [day for day in days if day.last_sign_at <= at + LATE_SECONDS]


def _overlapped(days: Sequence[GameDay], at: float) -> bool:
    return any(day.lasted(at) for day in days)


def _reason(days: Sequence[GameDay], at: float) -> str:
    """Why nobody held it as long as it could be."""
    return OVERLAPPED if _overlapped(days, at) or _overlapped(days, at + LATE_SECONDS) else DOWN
