"""A period's counts without what happened in excluded time, and how much that was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alerts.budget.status import WindowCounts
from alerts.exclusions.times import Exclusion, Occurrence, merged, occurrences, seconds_of
from alerts.slo import Slo
from alerts.span_counts import SpanCount, count_scraped, count_spans, lengths
from collector.querier import Querier

_MOST_LENGTHS = 24  # of the time between spans that is counted: each costs queries of its own
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Excluded:
    """What exclusions take off the counts of a period.

    gross: the counts with nothing taken off. bad, total: what is. bad_by_span: of each span, by its ends.
    uncounted: how many spans are so short that no scrape lies in them: nothing is taken off.
    """

    occurrences: tuple[Occurrence, ...]
    gross: WindowCounts
    bad: float
    total: float
    at: float
    bad_by_span: tuple[tuple[tuple[float, float], float], ...] = ()
    uncounted: int = 0

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
            "uncounted": self.uncounted,
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

    What is taken off and what is left are the window's counts: the excluded time and the time between are
    counted apart, and the whole is shared out between them. An increase is extrapolated to the
    ends of its window, so that an outage in five minutes may count more than in the month around it: taken
    off as it is, it would take bad events of other times with it.

    Raises:
        QueryError: if the querier cannot answer.
    """
    start = at - gross.seconds
    found = occurrences(exclusions, slo, start, at)
    if not found or gross.bad is None or not gross.total:
        return gross, None
    spans = merged((one.start, one.end) for one in found)
    inside = count_scraped(querier, slo, spans, gross.seconds)
    between = _between(spans, start, at)
    few = lengths(between) <= _MOST_LENGTHS
    outside = count_spans(querier, slo, between, gross.seconds) if few else None
    net, bad_scale = _shared_out(gross, inside, outside)
    by_span = tuple(((one.start, one.end), one.bad * bad_scale) for one in inside)
    uncounted = sum(not one.scraped for one in inside)
    assert net.bad is not None
    assert net.total is not None
    bad, total = gross.bad - net.bad, gross.total - net.total
    return net, Excluded(found, gross, bad, total, at, by_span, uncounted)


def is_averaged(slo: Slo, counts: WindowCounts) -> bool:
    """Whether counts are averages over their window, of which each is 1 in total, and not sums."""
    return not slo.sli.counts_events and counts.total == 1


def _between(spans: Sequence[tuple[float, float]], start: float, end: float) -> list[tuple[float, float]]:
    """What lies between spans, from a second on."""
    ends, starts = [start, *(end for _, end in spans)], [*(start for start, _ in spans), end]
    return [(a, b) for a, b in zip(ends, starts, strict=True) if b - a >= 1]


def _shared_out(
    gross: WindowCounts, inside: Sequence[SpanCount], outside: Sequence[SpanCount] | None
) -> tuple[WindowCounts, float]:
    """What is left of the counts, and by how much the bad events counted inside are to be scaled.

    outside: None where it was not counted: then what is left is what the whole has more than the spans.
    """
    assert gross.bad is not None
    assert gross.total is not None
    bads = None if outside is None else [one.bad for one in outside]
    totals = None if outside is None else [one.total for one in outside]
    bad, bad_scale = _left_of(gross.bad, [one.bad for one in inside], bads)
    total, _ = _left_of(gross.total, [one.total for one in inside], totals)
    return WindowCounts(gross.seconds, min(bad, total), total), bad_scale


def _left_of(whole: float, inside: Sequence[float], outside: Sequence[float] | None) -> tuple[float, float]:
    """What is left of a whole, and by how much counts inside are scaled to what is taken off.

    Where both are more than the whole, each keeps its share; where they are less, what happened between the
    scrapes on both sides of an end is not in them, and is left.
    """
    within, without = sum(inside), sum(outside or ())
    counted = within + without
    left = max(whole - within, without * whole / counted if counted else 0.0)
    left = left if left > _ROUNDING * whole else 0.0
    return left, (whole - left) / within if within else 0.0
