"""What the alerts of a Prometheus did: how often and for how long each fired, from its ``ALERTS`` series."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np

from alerts.adopt.alert_rules import ALERT_NAME, SEVERITY, USUAL_INTERVAL_SECONDS
from alerts.adopt.measure import Steps
from alerts.adopt.source import Source
from collector.labels import Labels, Matcher, MatchOp
from collector.series import Values

MOST_STEPS = 50_000  # over which evaluations are looked at one by one
_ALIVE_STEP_SECONDS = 60.0
_NEVER = (np.array([]), np.array([]))


@dataclass(frozen=True)
class Firings:
    """count: times that it began to fire. share: of the time that was looked at.

    since_seconds: how long it has been firing without a break; 0 where it is not firing.
    seen_seconds: how much was looked at: as far back as asked for, or as the Prometheus remembers.
    pending_count: times that it was pending, but for one that has not ended yet.
    """

    count: int
    share: float
    since_seconds: float
    seen_seconds: float
    pending_count: int = 0

    @property
    def fired_seconds(self) -> float:
        return self.share * self.seen_seconds


def firings(
    source: Source, at: float, over_seconds: float, intervals: Mapping[Labels, float] | None = None
) -> Mapping[Labels, Firings]:
    """By identity, or name and severity where there is no such rule now; any label set counts as the alert.

    intervals: seconds between evaluations, by identity; a minute where it is not told. An episode ends with
        the first evaluation that finds it over, within the last ``MOST_STEPS`` of them; over more, breaks
        shorter than a step are not seen.

    Raises:
        QueryError: if the source cannot be asked.
    """
    intervals = intervals or {}
    shortest = min(intervals.values(), default=USUAL_INTERVAL_SECONDS)
    steps = _steps(at, over_seconds, ceil(max(shortest, over_seconds / MOST_STEPS)))
    fired, pending = (_evaluations(source, steps, state, intervals.keys()) for state in ("firing", "pending"))
    seen = _seen_seconds(source, at, over_seconds)
    found = {}
    for key in {**fired, **pending}:
        interval = intervals.get(key, USUAL_INTERVAL_SECONDS)
        each = max(interval, steps.seconds)
        times, counts = fired.get(key, _NEVER)
        begun = _runs(times, interval + steps.seconds)
        since = at - begun[-1] + each if _goes_on(times, at - each) else 0.0
        share = min(1.0, float(np.clip(counts * interval, 0, each).sum()) / seen)
        waited, _ = pending.get(key, _NEVER)
        ended = len(_runs(waited, interval + steps.seconds)) - _goes_on(waited, at - each)
        found[key] = Firings(len(begun), share, float(since), seen, ended)
    return found


def _steps(at: float, over_seconds: float, seconds: float) -> Steps:
    return Steps(at - (max(1, int(over_seconds // seconds)) - 1) * seconds, at, seconds)


def _goes_on(times: Values, last: float) -> bool:
    """Whether there are any, and one after ``last``."""
    return bool(len(times)) and bool(times[-1] > last)


def _evaluations(
    source: Source, steps: Steps, state: str, identities: Iterable[Labels]
) -> dict[Labels, tuple[Values, Values]]:
    """The steps within which evaluations found each alert in a state, and how many of each did."""
    found = {}
    for names, chosen in _questions(identities):
        which = Matcher("alertstate", MatchOp.EQUAL, state)
        counted = f"count_over_time(ALERTS{{{','.join(map(str, [which, *chosen]))}}}[{steps.window}])"
        for series in steps.ask(source, f"max by ({','.join(names)}) ({counted})"):
            found[series.labels] = series.times, series.values
    return found


def _questions(identities: Iterable[Labels]) -> Iterator[tuple[tuple[str, ...], list[Matcher]]]:
    """By which labels to ask, and for which alerts: those of one name may differ in more than severity."""
    usual = (ALERT_NAME, SEVERITY)
    names: dict[str, set[str]] = defaultdict(set)
    for identity in identities:
        names[identity[ALERT_NAME]] |= set(identity) - set(usual)
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for alert, telling in names.items():
        if telling:
            alike[*usual, *sorted(telling)].append(re.escape(alert))
    apart = "|".join(one for alerts in alike.values() for one in alerts)
    yield usual, [Matcher(ALERT_NAME, MatchOp.NOT_REGEX, apart)] if apart else []
    for labels, alerts in alike.items():
        yield labels, [Matcher(ALERT_NAME, MatchOp.REGEX, "|".join(alerts))]


def _seen_seconds(source: Source, at: float, over_seconds: float) -> float:
    """For how much of the time there are samples of scrapes; all of it where it scrapes nothing itself."""
    steps = _steps(at, over_seconds, _ALIVE_STEP_SECONDS)
    alive = steps.ask(source, "count(up)")
    return min(over_seconds, len(alive[0].times) * steps.seconds) if alive else over_seconds


def _runs(times: Values, broken_seconds: float) -> Values:
    """Where each run of steps begins that are less than ``broken_seconds`` apart."""
    if not len(times):
        return times
    begins: Values = times[np.append(True, np.diff(times) > broken_seconds - 0.5)]
    return begins
