"""How fast the machine computes: what CPU time the same small piece of work takes, again and again.

CPU time, not elapsed time: what else this machine runs does not count. A slower clock does, and a host that
shares its cores among others. A drill on such a machine measures the neighbours.
"""

import asyncio
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterable

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

EVERY_SECONDS = 0.5
# About two milliseconds: long beside the clock's ticks, half a percent of a core.
STEPS = 20_000
# How fast it is now is the mean of so many works: a scrape or two.
RECENT = 20


class Speed(Collector):
    """``work_seconds`` does the work once and gives its CPU seconds."""

    def __init__(self, work_seconds: Callable[[], float] | None = None) -> None:
        self._work_seconds = work_seconds or _work_seconds
        self._seconds = 0.0
        self._works = 0
        self._recent: deque[float] = deque(maxlen=RECENT)

    def collect(self) -> Iterable[Metric]:
        yield CounterMetricFamily(
            "machine_work_cpu_seconds", "CPU time of the same work, done again and again", value=self._seconds
        )
        yield CounterMetricFamily("machine_works", "How often it was done", value=self._works)

    @property
    def work_seconds_now(self) -> float | None:
        """What it takes now, in CPU seconds; None before the first."""
        return statistics.fmean(self._recent) if self._recent else None

    def look(self) -> None:
        """Do it once."""
        seconds = self._work_seconds()
        self._seconds += seconds
        self._works += 1
        self._recent.append(seconds)

    async def watch(self) -> None:
        """Do it for ever."""
        while True:
            self.look()
            await asyncio.sleep(EVERY_SECONDS)


def _work_seconds() -> float:
    begin = time.thread_time()
    total = 0
    for each in range(STEPS):
        total += each * each
    return time.thread_time() - begin
