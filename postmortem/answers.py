"""Series as a ``Querier`` answers them, stored with the query and the window that they answer."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from collector.errors import QueryError
from collector.querier import Querier
from postmortem.evidence import StoredSeries, Subject, can_be_judged
from postmortem.marks import without_marks
from postmortem.queries import (
    PROBE_MINUTES,
    InstantQuery,
    RangeQuery,
    Window,
    interval_from,
    interval_probe,
    is_telling,
)


def probe_interval(querier: Querier, start: float, end: float, counters: Sequence[str] = ()) -> float:
    """The longest scrape interval of these series, as a rate needs two samples of each.

    counters: selectors. Where none of these has samples, the shortest interval of any target.
    """
    before = start - 60.0 * PROBE_MINUTES[-1]  # an outage may have silenced what it is about
    found = [_probe(querier, selector, before, end) for selector in counters]
    known = [interval for interval in found if interval is not None]
    return max(known) if known else _probe(querier, "up", start, end) or interval_from(None, 1)


def _probe(querier: Querier, selector: str, start: float, end: float) -> float | None:
    """Over more minutes where one holds too few samples, as the first of a target's life does.

    None without samples, and of a selector that the server does not take: its objective is told as missing.
    """
    samples, minutes = None, PROBE_MINUTES[0]
    for minutes in PROBE_MINUTES:
        try:
            probe = querier.range(interval_probe(selector, minutes), start, end, 30.0)
        except QueryError as error:
            if error.retryable:
                raise
            return None
        samples = max((float(series.values.max()) for series in probe), default=None)
        if is_telling(samples):
            break
    return None if samples is None else interval_from(samples, minutes)


def fetch_subjects(
    querier: Querier, queries: list[RangeQuery], window: Window
) -> tuple[list[StoredSeries], list[Subject], dict[str, str]]:
    """Series, whose they are, and why those that are missing are: a wrong query in the map hides no other."""
    series: list[StoredSeries] = []
    subjects: list[Subject] = []
    unavailable: dict[str, str] = {}
    for query in queries:
        try:
            found = fetch_range(querier, query, window)
        except QueryError as error:
            if error.retryable:
                raise
            unavailable[query.id] = str(error)
            continue
        series.extend(found)
        subjects.extend(replace(query.subject, series=stored.id) for stored in found)
        if not found:
            unavailable[query.id] = ""
    return series, subjects, unavailable


def fetch_range(querier: Querier, query: RangeQuery, window: Window) -> list[StoredSeries]:
    """Those of the answer's series that have samples. id: the query's, with the labels of one of several."""
    answer = querier.range(query.query, window.start, window.end, window.step_seconds)
    stored = []
    for found in answer:
        name = query.id if len(answer) == 1 else f"{query.id}{without_marks(str(found.labels))}"
        kept = can_be_judged(found.values)
        times, values = found.times[kept], found.values[kept]
        if len(times):
            stored.append(
                StoredSeries(name, query.query, window.start, window.end, window.step_seconds, times, values)
            )
    return stored


def fetch_instant(querier: Querier, query: InstantQuery) -> StoredSeries | None:
    """The answer's first sample; None where there is none, or none that can be judged."""
    answer = querier.instant(query.query, query.at)
    if not answer:
        return None
    times, values = np.array([query.at]), np.array([answer[0].value])
    if not can_be_judged(values).all():
        return None
    return StoredSeries(query.id, query.query, query.at, query.at, 0.0, times, values)
