"""Whether the samples of a case are old and dense enough for what rules read of them."""

from dataclasses import dataclass

import numpy as np

from alerts.backtest.reach import Reach
from alerts.backtest.unfound import Unfound
from alerts.ci.thinning import FINE_SECONDS
from collector.memory import MemoryStore

TOLERATED_SECONDS = 15 * 60.0  # the run-up that every rule gets, whether it needs it or not
_EVER_MS = 2**62


@dataclass(frozen=True)
class Sight:
    """unseen_seconds: for how long before the samples begin rules look back.

    apart_seconds: between old samples, where a window that rules read there is too short for two of them;
    too_short_seconds: the shortest such window, 0 where there is none.
    unfound: what rules read of which the case has no series at all.
    """

    unseen_seconds: float = 0.0
    too_short_seconds: float = 0.0
    apart_seconds: float = 0.0
    unfound: tuple[Unfound, ...] = ()


def sight(before: Reach, samples: MemoryStore, start: float) -> Sight:
    """start: of the case, in Unix seconds."""
    groups = samples.select((), -_EVER_MS, round(start * 1000))
    times = max((group.times / 1000 for group in groups if len(group.times)), key=len, default=np.empty(0))
    first = min((int(group.times[0]) / 1000 for group in groups if len(group.times)), default=start)
    unseen = max(0.0, first - (start - before.samples_seconds))
    old = np.diff(times[times < start - FINE_SECONDS])
    apart = float(np.median(old)) if len(old) else 0.0
    read = [one.seconds for one in before.windows if one.age_seconds > FINE_SECONDS and one.seconds]
    too_short = min((seconds for seconds in read if seconds < 2 * apart), default=0.0)
    return Sight(unseen, too_short, apart if too_short else 0.0)
