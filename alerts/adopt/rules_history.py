"""What the alerts of a Prometheus did: how often and for how long each fired, from its ``ALERTS`` series."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np

from alerts.adopt.measure import Steps
from alerts.adopt.source import Source
from collector.labels import Labels
from collector.series import Values

Key = tuple[str, str]

USUAL_INTERVAL_SECONDS = 60.0
MOST_STEPS = 50_000  # over which evaluations are looked at one by one
_ALIVE_STEP_SECONDS = 60.0
_NEVER = (np.array([]), np.array([]))


@dataclass(frozen=True)
class Firings:
    """count: times that it began to fire. share: of the time that was looked at.

    since_seconds: how long it has been firing without a break; 0 where it is not firing.
    seen_seconds: how much was looked at: as far back as asked for, or as the Prometheus remembers.
    """

    count: int
    share: float
    since_seconds: float
    seen_seconds: float
    pending_count: int = 0


def firings(
    source: Source, at: float, over_seconds: float, intervals: Mapping[Key, float] | None = None
) -> Mapping[Key, Firings]:
    """By alert and severity; any label set of an alert counts as the alert.

    intervals: seconds between evaluations, by the same; a minute where it is not told. An episode ends with
        the first evaluation that finds it over, within the last ``MOST_STEPS`` of them; over more, breaks
        shorter than a step are not seen.

    Raises:
        QueryError: if the source cannot be asked.
    """
    intervals = intervals or {}
    shortest = min(intervals.values(), default=USUAL_INTERVAL_SECONDS)
    steps = _steps(at, over_seconds, ceil(max(shortest, over_seconds / MOST_STEPS)))
    fired, pending = (_evaluations(source, steps, state) for state in ("firing", "pending"))
    seen = _seen_seconds(source, at, over_seconds)
    found = {}
    for key in {**fired, **pending}:
        interval = intervals.get(key, USUAL_INTERVAL_SECONDS)
        each = max(interval, steps.seconds)
        times, counts = fired.get(key, _NEVER)
        begun = _runs(times, interval + steps.seconds)
        since = at - begun[-1] + each if len(begun) and times[-1] > at - each else 0.0
        share = min(1.0, float(np.minimum(counts * interval, each).sum()) / seen)
        count = len(_runs(pending.get(key, _NEVER)[0], interval + steps.seconds))
        found[key] = Firings(len(begun), share, float(since), seen, count)
    return found


def _steps(at: float, over_seconds: float, seconds: float) -> Steps:
    return Steps(at - (max(1, int(over_seconds // seconds)) - 1) * seconds, at, seconds)


def _evaluations(source: Source, steps: Steps, state: str) -> dict[Key, tuple[Values, Values]]:
    """The steps within which evaluations found each alert in a state, and how many of each did."""
    counted = f'count_over_time(ALERTS{{alertstate="{state}"}}[{steps.window}])'
    found = steps.ask(source, f"max by (alertname, severity) ({counted})")
    return {_key(series.labels): (series.times, series.values) for series in found}


def _seen_seconds(source: Source, at: float, over_seconds: float) -> float:
    """For how much of the time there are samples of scrapes; all of it where it scrapes nothing itself."""
    steps = _steps(at, over_seconds, _ALIVE_STEP_SECONDS)
    alive = steps.ask(source, "count(up)")
    return min(over_seconds, len(alive[0].times) * steps.seconds) if alive else over_seconds


def _key(labels: Labels) -> Key:
    return labels.get("alertname"), labels.get("severity")


def _runs(times: Values, broken_seconds: float) -> Values:
    """Where each run of steps begins that are less than ``broken_seconds`` apart."""
    if not len(times):
        return times
    begins: Values = times[np.append(True, np.diff(times) > broken_seconds - 0.5)]
    return begins
