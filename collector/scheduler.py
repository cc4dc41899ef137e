"""Runs scrapes and rule groups at their times: APScheduler on an event loop of its own."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.executors.pool import ThreadPoolExecutor as PooledJobs
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

logger = logging.getLogger(__name__)

T = TypeVar("T")
_ALIGN_TOLERANCE_SECONDS = 0.002


def slot_of(at: float, interval_seconds: float, offset_seconds: float) -> float:
    """The latest aligned time at or before ``at``: offset + n × interval, exact to the millisecond."""
    number = (round(at * 1000) - round(offset_seconds * 1000)) // round(interval_seconds * 1000)
    return (round(offset_seconds * 1000) + number * round(interval_seconds * 1000)) / 1000


def scrape_time(at: float, interval_seconds: float, offset_seconds: float) -> float:
    """``at``, moved onto its slot when within Prometheus' tolerance of it: evener times pack better."""
    slot = slot_of(at + _ALIGN_TOLERANCE_SECONDS, interval_seconds, offset_seconds)
    tolerance = min(_ALIGN_TOLERANCE_SECONDS, interval_seconds / 100)
    return slot if abs(at - slot) <= tolerance else at


class Scheduler:
    """Owns the thread whose event loop fetches pages, and the thread that evaluates rules."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run_loop, name="collector-io", daemon=True)
        self._rules = PooledJobs(1)
        self._jobs: AsyncIOScheduler | None = None

    def start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread.start()
        self.call(self._start_jobs())

    def stop(self, close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Starts nothing more, waits for the evaluation under way, cancels fetches, ends the threads.

        close: closes on the loop what was opened on it.
        """
        if self._loop is None or self._jobs is None:
            return
        self._jobs.pause()
        self._rules.shutdown(wait=True)
        self.call(self._end_jobs(self._jobs))
        self.call(close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine on the loop from another thread and waits for it."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def every(
        self,
        name: str,
        interval_seconds: float,
        offset_seconds: float,
        job: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """Runs a coroutine at offset + n × interval; a run still under way lets its next slot pass."""
        self._add(name, "io", interval_seconds, offset_seconds, job)

    def every_in_thread(
        self, name: str, interval_seconds: float, offset_seconds: float, job: Callable[[], None]
    ) -> None:
        """As ``every``, for rule evaluation: on the one thread for that."""
        self._add(name, "rules", interval_seconds, offset_seconds, job)

    def remove(self, name: str) -> None:
        assert self._jobs is not None
        self._jobs.remove_job(name)

    def _add(
        self,
        name: str,
        executor: str,
        interval_seconds: float,
        offset_seconds: float,
        job: Callable[[], object],
    ) -> None:
        assert self._jobs is not None
        trigger = IntervalTrigger(
            start_date=datetime.fromtimestamp(offset_seconds, UTC), seconds=interval_seconds, timezone=UTC
        )
        self._jobs.add_job(
            job, trigger, id=name, executor=executor, max_instances=1, coalesce=True, misfire_grace_time=None
        )

    def _run_loop(self) -> None:
        assert self._loop is not None
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _start_jobs(self) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        executors = {"io": AsyncIOExecutor(), "rules": self._rules}
        self._jobs = AsyncIOScheduler(executors=executors, timezone=UTC, event_loop=self._loop)
        self._jobs.start()

    async def _end_jobs(self, jobs: AsyncIOScheduler) -> None:
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # what is cancelled now is no failure
        jobs.shutdown(wait=False)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)  # those that are cancelled get a turn to end
