"""What the alerts of a Prometheus did: how often and for how long each fired, from its ``ALERTS`` series."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alerts.adopt.measure import Steps
from alerts.adopt.source import Source
from collector.labels import Labels
from collector.series import Values


@dataclass(frozen=True)
class Firings:
    """count: times that it began to fire. share: of the time that the Prometheus remembers rules.

    since_seconds: how long it has been firing without a break; 0 where it is not firing.
    seen_seconds: for how long any alert has been seen.
    """

    count: int
    share: float
    since_seconds: float
    seen_seconds: float
    pending_count: int = 0


def firings(source: Source, at: float, over_seconds: float) -> Mapping[tuple[str, str], Firings]:
    """By alert and severity; any label set of an alert counts as the alert.

    Raises:
        QueryError: if the source cannot be asked.
    """
    steps = Steps.of(at, over_seconds)
    fired, whole = _seen(source, steps, "firing")
    pending, _ = _seen(source, steps, "pending")
    found = {}
    for key in {**fired, **pending}:
        times = fired.get(key, np.array([]))
        begun = _runs(times, steps.seconds)
        share = min(1.0, len(times) * steps.seconds / max(whole, steps.seconds))
        last = times[-1] if len(times) else 0.0
        since = at - begun[-1] + steps.seconds if len(begun) and last >= at - steps.seconds / 2 else 0.0
        count = len(_runs(pending.get(key, np.array([])), steps.seconds))
        found[key] = Firings(len(begun), share, float(since), whole, count)
    return found


def _seen(source: Source, steps: Steps, state: str) -> tuple[dict[tuple[str, str], Values], float]:
    """The steps at which each alert was in a state, and from when on any alert was."""
    query = f'count by (alertname, severity) (max_over_time(ALERTS{{alertstate="{state}"}}[{steps.window}]))'
    found = {_key(series.labels): series.times for series in steps.ask(source, query)}
    first = min((times[0] for times in found.values()), default=steps.end)
    return found, float(steps.end - first + steps.seconds)


def _key(labels: Labels) -> tuple[str, str]:
    return labels.get("alertname"), labels.get("severity")


def _runs(times: Values, step_seconds: float) -> Values:
    """Where each unbroken run of steps begins."""
    if not len(times):
        return times
    begins: Values = times[np.append(True, np.diff(times) > 1.5 * step_seconds)]
    return begins
