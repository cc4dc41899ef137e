"""A period's counts without what happened in excluded time, and how much that was."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from alerts.budget import WindowCounts
from alerts.exclusions import Exclusion, Occurrence, merged, occurrences, seconds_of
from alerts.expressions import RawExpressions
from alerts.slo import Slo
from collector.querier import Querier

_POINTS_A_SPAN = 24  # of one range query: nights across a change of clocks are an hour's multiples apart
_MOST_HALVINGS = 5
_COARSE_SECONDS = 60.0
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Excluded:
    """What exclusions take off the counts of a period.

    gross: the counts with nothing taken off. bad, total: what is. bad_by_span: of each span, by its ends.
    """

    occurrences: tuple[Occurrence, ...]
    gross: WindowCounts
    bad: float
    total: float
    at: float
    bad_by_span: tuple[tuple[tuple[float, float], float], ...] = ()

    @property
    def spans(self) -> list[tuple[float, float]]:
        return merged((one.start, one.end) for one in self.occurrences)

    @property
    def seconds(self) -> float:
        return seconds_of(self.spans)

    def windows(self) -> list[tuple[Exclusion, float, bool]]:
        """Each exclusion with the seconds it takes, and whether it goes on."""
        found: dict[str, tuple[Exclusion, float, bool]] = {}
        for one in self.occurrences:
            _, seconds, goes_on = found.get(one.exclusion.name, (one.exclusion, 0.0, False))
            goes_on |= one.end >= self.at
            found[one.exclusion.name] = one.exclusion, seconds + one.end - one.start, goes_on
        return list(found.values())

    def to_json(self, slo: Slo) -> dict[str, Any]:
        """``excluded`` of an SLO's status."""
        ratio = self.gross.error_ratio
        return {
            "seconds": self.seconds,
            "bad": self.bad,
            "total": self.total,
            "windows": [
                {
                    "name": e.name,
                    "author": e.author,
                    "reason": e.reason,
                    "seconds": seconds,
                    "active": goes_on,
                }
                for e, seconds, goes_on in self.windows()
            ],
            "with_excluded": {
                "bad": self.gross.bad,
                "total": self.gross.total,
                "budget_remaining": None if ratio is None else 1 - ratio / slo.error_budget,
            },
        }


def take_off(
    querier: Querier, slo: Slo, exclusions: Sequence[Exclusion], gross: WindowCounts, at: float
) -> tuple[WindowCounts, Excluded | None]:
    """The counts of the window before ``at`` without its excluded time; None where nothing is excluded.

    Raises:
        QueryError: if the querier cannot answer.
    """
    found = occurrences(exclusions, slo, at - gross.seconds, at)
    if not found or gross.bad is None or not gross.total:
        return gross, None
    spans = merged((one.start, one.end) for one in found)
    events = RawExpressions(slo)
    counted = [
        (run.seconds, end, bad, total)
        for run in _runs(spans)
        for end, bad, total in zip(
            run.ends,
            _values(querier, run, events.bad(run.seconds)),
            _values(querier, run, events.total(run.seconds)),
            strict=True,
        )
    ]
    if is_averaged(slo, gross):
        counted = [
            (seconds, end, bad * seconds / gross.seconds, total * seconds / gross.seconds)
            for seconds, end, bad, total in counted
        ]
    bad, total = (sum(one[place] for one in counted) for place in (2, 3))
    net = gross.total - total
    net = net if net > _ROUNDING * gross.total else 0.0
    counts = WindowCounts(gross.seconds, min(max(gross.bad - bad, 0.0), net), net)
    by_span = tuple(((end - seconds, end), bad) for seconds, end, bad, _ in counted)
    return counts, Excluded(found, gross, bad, total, at, by_span)


def is_averaged(slo: Slo, counts: WindowCounts) -> bool:
    """Whether counts are averages over their window, of which each is 1 in total, and not sums."""
    return not slo.sli.counts_events and counts.total == 1


@dataclass(frozen=True)
class _Run:
    """Spans of one length whose ends a single range query meets."""

    seconds: float
    ends: tuple[float, ...]
    step_seconds: float


def _runs(spans: Sequence[tuple[float, float]]) -> Iterator[_Run]:
    whole = sorted((max(1.0, float(round(end - start))), float(round(end))) for start, end in spans)
    for seconds, group in groupby(whole, key=lambda one: one[0]):
        yield from _halved(seconds, [end for _, end in group], _MOST_HALVINGS)


def _halved(seconds: float, ends: Sequence[float], halvings: int) -> Iterator[_Run]:
    """One run where the ends lie on a coarse enough grid, else those of both halves."""
    step = float(math.gcd(*(round(end - ends[0]) for end in ends)) or 1)
    points = (ends[-1] - ends[0]) / step + 1
    if points <= _POINTS_A_SPAN * len(ends):
        yield _Run(seconds, tuple(ends), step)
    elif halvings:
        middle = len(ends) // 2
        yield from _halved(seconds, ends[:middle], halvings - 1)
        yield from _halved(seconds, ends[middle:], halvings - 1)
    else:  # anyhow scattered: half a minute beside their ends, in one query
        yield _Run(seconds, tuple(ends), max(step, _COARSE_SECONDS))


def _values(querier: Querier, run: _Run, query: str) -> list[float]:
    """The query's value at each end; 0 where it has none."""
    start, step = run.ends[0], run.step_seconds
    places = [round((end - start) / step) for end in run.ends]
    found = querier.range(query, start, start + max(places) * step, step)
    if not found:
        return [0.0] * len(places)
    values = {
        round((time - start) / step): value
        for time, value in zip(found[0].times.tolist(), found[0].values.tolist(), strict=True)
    }
    return [value if math.isfinite(value := values.get(place, 0.0)) else 0.0 for place in places]
