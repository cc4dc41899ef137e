"""Stored samples beside what a server answers now, query by query."""

from collections.abc import Iterator, Mapping

import numpy as np

from collector.errors import QueryError
from collector.querier import Querier
from postmortem.evidence import Floats, StoredSeries, can_be_judged
from postmortem.marks import without_marks
from postmortem.verify.difference import SAME, Difference

_OF_THE_QUERY = {"bad_data", "execution"}  # kinds of errors; all others are of the server
Samples = tuple[Floats, Floats]  # times and values


def check_server(series: Mapping[str, StoredSeries], querier: Querier) -> Iterator[Difference]:
    """Series whose query the server answers otherwise than when it was asked first.

    Raises:
        QueryError: where the server cannot be reached, or is none.
    """
    answers: dict[tuple[str, float, float], Mapping[str, Samples] | str] = {}
    for stored in series.values():
        asked = (stored.query, stored.start, stored.end)
        if asked not in answers:
            answers[asked] = _ask(stored, querier)
        yield from _compare(stored, answers[asked])


def _ask(stored: StoredSeries, querier: Querier) -> Mapping[str, Samples] | str:
    """Samples by labels, or what the server has against the query."""
    try:
        if stored.is_instant:
            found = querier.instant(stored.query, stored.end)
            return {str(one.labels): (np.array([stored.end]), np.array([one.value])) for one in found[:1]}
        answer = querier.range(stored.query, stored.start, stored.end, stored.step_seconds)
    except QueryError as error:
        if error.kind not in _OF_THE_QUERY:
            raise
        return str(error)
    judged = [(one, can_be_judged(one.values)) for one in answer]
    return {without_marks(str(one.labels)): (one.times[kept], one.values[kept]) for one, kept in judged}


def _compare(stored: StoredSeries, answer: Mapping[str, Samples] | str) -> Iterator[Difference]:
    place = f"server: series[{stored.id}]"
    if isinstance(answer, str):
        yield Difference(place, f"{len(stored.times)} samples", answer)
        return
    fitting = [found for labels, found in answer.items() if len(answer) == 1 or stored.id.endswith(labels)]
    times, values = fitting[0] if fitting else (np.array([]), np.array([]))
    if len(times) != len(stored.times) or (times != stored.times).any():
        yield Difference(place, _count(stored.times), _count(times))
        return
    other = np.flatnonzero(~np.isclose(values, stored.values, rtol=SAME, atol=0.0))
    if len(other):
        first = int(other[0])
        more = f" (the first of {len(other)} at {times[first]})"
        yield Difference(place, float(stored.values[first]), f"{values[first]}{more}")


def _count(times: Floats) -> str:
    return f"{len(times)} samples from {times[0]} to {times[-1]}" if len(times) else "no samples"
