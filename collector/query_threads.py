"""The threads that answer requests; when all are busy, requests wait for their turn."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from collector.errors import QueryError

T = TypeVar("T")


class QueryThreads:
    """Runs as many calls at once as there are threads. ``monotonic`` gives seconds."""

    def __init__(self, threads: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="collector-query")
        self._monotonic = monotonic

    async def run(self, call: Callable[[float], T], timeout_seconds: float) -> T:
        """Gives ``call`` the seconds that are left when its turn comes.

        Raises:
            QueryError: timeout, when none are left. It is told when a thread is free to tell it: what runs
                is stopped at its own limit, so that is soon.
        """
        arrived = self._monotonic()

        def begin() -> T:
            left = timeout_seconds - (self._monotonic() - arrived)
            if left <= 0:
                raise QueryError("query timed out in query queue", kind="timeout")
            return call(left)

        return await asyncio.get_running_loop().run_in_executor(self._threads, begin)

    def stop(self) -> None:
        """Waits for what runs; what waits is not run."""
        self._threads.shutdown(wait=True, cancel_futures=True)
