"""Counts of bad and total events in spans of time, those of one length by one query."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from alerts.expressions import RawExpressions
from alerts.selectors import selectors, spelled
from alerts.slo import Slo
from collector.durations import format_duration
from collector.querier import Querier

Span = tuple[float, float]

_POINTS_A_SPAN = 24  # of one range query: nights across a change of clocks are an hour's multiples apart
_MOST_HALVINGS = 5
_COARSE_SECONDS = 60.0
_SHORT_SECONDS = 600.0  # it may hold one scrape or none, and an increase needs two
_BEFORE_SECONDS = 3600.0


@dataclass(frozen=True)
class SpanCount:
    """start, end: Unix seconds, whole ones. scraped: False where no scrape lies in it, and so no counts."""

    start: float
    end: float
    bad: float
    total: float
    scraped: bool = True


def count_spans(querier: Querier, slo: Slo, spans: Sequence[Span], of_seconds: float) -> list[SpanCount]:
    """The increase of each span, in the order of their lengths.

    Rates and averages weigh as much as their span is long, of ``of_seconds``.

    Raises:
        QueryError: if the querier cannot answer.
    """
    return [count for run in _runs(spans) for count in _counts(querier, slo, run, of_seconds)]


def count_scraped(querier: Querier, slo: Slo, spans: Sequence[Span], of_seconds: float) -> list[SpanCount]:
    """As ``count_spans``, but one scrape in a short span is enough.

    Its counts are what the increase until its end has more than that until its start. That is exact where
    the errors lie in the span, and not where they lie before it.

    Raises:
        QueryError: if the querier cannot answer.
    """
    adds_up = slo.sli.counts_events and not slo.sli.slice_seconds
    short = [span for span in spans if adds_up and round(span[1] - span[0]) < _SHORT_SECONDS]
    long = [span for span in spans if span not in short]
    counts = [count for run in _runs(short) for count in _short_counts(querier, slo, run)]
    return [*counts, *count_spans(querier, slo, long, of_seconds)]


def lengths(spans: Sequence[Span]) -> int:
    """How many lengths the spans have: each costs queries of its own."""
    return len({round(end - start) for start, end in spans})


def _counts(querier: Querier, slo: Slo, run: "_Run", of_seconds: float) -> Iterator[SpanCount]:
    events = RawExpressions(slo)
    bads, totals = (_values_at_ends(querier, run, query(run.seconds)) for query in (events.bad, events.total))
    weight = 1.0 if slo.sli.counts_events else run.seconds / of_seconds
    for end, bad, total in zip(run.ends, bads, totals, strict=True):
        yield SpanCount(end - run.seconds, end, bad * weight, total * weight)


def _short_counts(querier: Querier, slo: Slo, run: "_Run") -> Iterator[SpanCount]:
    events = RawExpressions(slo)
    scraped_at = _values_at_ends(querier, run, _last_scrape(slo, run.seconds))
    bads, totals = (_differences(querier, run, query) for query in (events.bad, events.total))
    for end, scraped, bad, total in zip(run.ends, scraped_at, bads, totals, strict=True):
        start = end - run.seconds
        counted = (bad, total) if scraped > start else (0.0, 0.0)
        yield SpanCount(start, end, *counted, scraped=scraped > start)


def _differences(querier: Querier, run: "_Run", query: Callable[[float], str]) -> list[float]:
    until_start = replace(run, ends=tuple(end - run.seconds for end in run.ends))
    until_end = _values_at_ends(querier, run, query(_BEFORE_SECONDS + run.seconds))
    before = _values_at_ends(querier, until_start, query(_BEFORE_SECONDS))
    return [max(late - early, 0.0) for late, early in zip(until_end, before, strict=True)]


def _last_scrape(slo: Slo, seconds: float) -> str:
    """When the last sample was scraped of what the total is counted from."""
    selector = selectors(slo.sli.total_over(format_duration(seconds)))[0]
    return f"max(timestamp({spelled(selector.matchers)}))"


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


def _values_at_ends(querier: Querier, run: _Run, query: str) -> list[float]:
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
