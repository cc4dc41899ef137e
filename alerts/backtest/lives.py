"""What becomes of an alert over a whole history: its lives, from where its expression holds and where not."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collector.rules.state import Hold

Times = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Life:
    """One life of an alert; Unix seconds, None for what has not happened by the end."""

    pending_at: float
    firing_at: float | None = None
    resolved_at: float | None = None


def lives(times: Times, holds: Mask, hold: Hold) -> list[Life]:
    """The lives of one alert, as ``collector.rules.state.advance`` has them step by step.

    times: (t,) of the evaluations, ascending. holds: (t,) whether the expression answered.
    """
    found: list[Life] = []
    running: Life | None = None
    for first, stop in _runs(holds):
        if running is not None and _is_over(running, times, first, hold):
            found.append(running)
            running = None
        pending_at = times[first] if running is None else running.pending_at
        if running is None or running.firing_at is None:
            running = Life(float(pending_at), _fires_at(times, first, stop, float(pending_at), hold))
        running = _ended(running, times, stop, hold)
    return found if running is None else [*found, running]


def _runs(holds: Mask) -> Iterator[tuple[int, int]]:
    """First … stop − 1 of each stretch in which the expression answers."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], holds, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _fires_at(times: Times, first: int, stop: int, pending_at: float, hold: Hold) -> float | None:
    held = np.flatnonzero(times[first:stop] - pending_at >= hold.for_seconds)
    return float(times[first + held[0]]) if len(held) else None


def _ended(life: Life, times: Times, stop: int, hold: Hold) -> Life:
    """The life if the expression never answers again from ``stop`` on."""
    absent = times[stop:]
    if life.firing_at is not None and hold.keep_seconds > 0 and len(absent):
        absent = absent[absent - absent[0] >= hold.keep_seconds]
    return Life(life.pending_at, life.firing_at, float(absent[0]) if len(absent) else None)


def _is_over(life: Life, times: Times, first: int, hold: Hold) -> bool:
    """Whether it had ended when the expression answered again at ``first``."""
    return life.resolved_at is not None and life.resolved_at < times[first]
