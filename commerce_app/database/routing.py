"""Which server a read asks: the replica, unless it lacks what the reader must see."""

from dataclasses import dataclass
from enum import StrEnum

from commerce_app.database.replay import Replay

# Marks and tokens may come from processes whose clocks differ by this much.
CLOCK_SKEW_SECONDS = 0.25


class Target(StrEnum):
    REPLICA = "replica"
    PRIMARY = "primary"
    # Turned away: only the primary could answer, and it answers all the reads that it may.
    NONE = "none"


class Reason(StrEnum):
    UNROUTED = "unrouted"
    FRESH = "fresh"
    LAG = "lag"
    OWN_WRITE = "own_write"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Route:
    target: Target
    reason: Reason


ROUTES = (
    Route(Target.REPLICA, Reason.UNROUTED),
    Route(Target.REPLICA, Reason.FRESH),
    Route(Target.REPLICA, Reason.LAG),
    *(
        Route(target, reason)
        for target in (Target.PRIMARY, Target.NONE)
        for reason in (Reason.LAG, Reason.OWN_WRITE, Reason.UNREACHABLE)
        if (target, reason) != (Target.NONE, Reason.LAG)
    ),
)
UNROUTED = ROUTES[0]


def choose(
    replay: Replay, wrote_at: float | None, *, lag_limit_seconds: float, primary_has_room: bool
) -> Route:
    """Where a read goes whose reader last wrote at ``wrote_at`` (Unix seconds), and why.

    What is merely old is better than nothing: without room on the primary it comes from the replica. What
    must not be old, or cannot be had there, is turned away, lest a dead replica take the primary with it.
    """
    instead = Target.PRIMARY if primary_has_room else Target.NONE
    if not replay.reachable:
        return Route(instead, Reason.UNREACHABLE)
    if wrote_at is not None and wrote_at + CLOCK_SKEW_SECONDS > replay.complete_to:
        return Route(instead, Reason.OWN_WRITE)
    if replay.behind_seconds > lag_limit_seconds:
        return Route(Target.PRIMARY if primary_has_room else Target.REPLICA, Reason.LAG)
    return Route(Target.REPLICA, Reason.FRESH)
