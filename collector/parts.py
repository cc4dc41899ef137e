"""Long ranges, asked in parts: an engine answers at most 11,000 points for a series."""

import math
import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from collector.labels import Labels
from collector.promql.guard import QUOTED
from collector.series import Series

MAX_POINTS = 11_000
_BLANK = r"(?:\s|\#[^\n]*+)*+"
_EDGES = re.compile(
    rf"(?:{QUOTED}|\#[^\n]*+)|@{_BLANK}(start|end){_BLANK}\({_BLANK}\)", re.DOTALL | re.IGNORECASE
)


def in_parts(
    ask: Callable[[str, float, float], list[Series]],
    query: str,
    start: float,
    end: float,
    step_seconds: float,
) -> list[Series]:
    """What ``ask(query, start, end)`` answers for each part, joined. Times are Unix seconds."""
    parts = list(_parts(start, end, step_seconds))
    if len(parts) > 1:
        query = pinned(query, start, end)
    found: dict[Labels, list[Series]] = {}
    for first, last in parts:
        for series in ask(query, first, last):
            found.setdefault(series.labels, []).append(series)
    return [_joined(parts) for parts in found.values()]


def pinned(query: str, start: float, end: float) -> str:
    """The query with ``@ start()`` and ``@ end()`` as times, so that they mean the same in every part."""
    edges = {"start": start, "end": end}
    return _EDGES.sub(lambda found: f"@ {edges[found[1].lower()]:.3f}" if found[1] else found[0], query)


def _parts(start: float, end: float, step_seconds: float) -> Iterator[tuple[float, float]]:
    if not (step_seconds > 0 and 0 <= end - start < math.inf):
        yield start, end  # for the engine to refuse
        return
    points = int((end - start) / step_seconds + 1e-9) + 1
    if points <= MAX_POINTS:
        yield start, end  # as asked: ``@ end()`` is there
        return
    for first in range(0, points, MAX_POINTS):
        last = min(first + MAX_POINTS, points) - 1
        yield start + first * step_seconds, start + last * step_seconds


def _joined(parts: Sequence[Series]) -> Series:
    if len(parts) == 1:
        return parts[0]
    times = np.concatenate([part.times for part in parts])
    return Series(parts[0].labels, times, np.concatenate([part.values for part in parts]))
