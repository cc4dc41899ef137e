"""Times two calls in turn and keeps the medians and the ratio."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """Medians in seconds; ``ratio`` = peer ÷ ours, so above 1 we are faster."""

    name: str
    ours: float
    peer: float
    ratio: float
    runs: int


def compare(
    name: str, ours: Callable[[], object], peer: Callable[[], object], *, runs: int = 9
) -> Comparison:
    """Runs both in turn, so that drift of the machine falls on both; one warm-up each."""
    ours()
    peer()
    ours_seconds, peer_seconds = [], []
    for _ in range(runs):
        ours_seconds.append(_seconds(ours))
        peer_seconds.append(_seconds(peer))
    ours_median, peer_median = statistics.median(ours_seconds), statistics.median(peer_seconds)
    return Comparison(name, ours_median, peer_median, peer_median / ours_median, runs)


def _seconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin
