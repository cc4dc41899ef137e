"""The threads that answer requests; when all are busy, requests wait for their turn."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from collector.errors import QueryError
from collector.store.from_memory import NotInMemoryError, memory_only

T = TypeVar("T")

# To hand a call to a thread, and its answer back, takes a tenth of this.
_SHORT_SECONDS = 0.002
# What was short once may have grown: so long may it hold up others once more.
_AT_ONCE_SECONDS = 0.02
_REMEMBERED = 1000
_LONGEST_KEY = 2000


class QueryThreads:
    """Runs as many calls at once as there are threads. ``monotonic`` gives seconds.

    A call that was short when last made is made at once, without a thread, as long as it finds all in memory.
    """

    def __init__(self, threads: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="collector-query")
        self._monotonic = monotonic
        self._short: dict[str, None] = {}

    async def run(self, call: Callable[[float], T], timeout_seconds: float, key: str = "") -> T:
        """Gives ``call`` the seconds that are left when its turn comes.

        key: says what is called, for it to be known as short; empty for what never is.

        Raises:
            QueryError: timeout, when none are left. It is told when a thread is free to tell it: what runs
                is stopped at its own limit, so that is soon.
        """
        arrived = self._monotonic()
        if key in self._short:
            try:
                return self._at_once(call, timeout_seconds, key)
            except NotInMemoryError:
                pass
            except QueryError as error:
                if error.kind != "timeout":
                    raise

        def begin() -> T:
            left = timeout_seconds - (self._monotonic() - arrived)
            if left <= 0:
                raise QueryError("query timed out in query queue", kind="timeout")
            return self._timed(call, left, key)

        return await asyncio.get_running_loop().run_in_executor(self._threads, begin)

    def stop(self) -> None:
        """Waits for what runs; what waits is not run."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _at_once(self, call: Callable[[float], T], timeout_seconds: float, key: str) -> T:
        self._short.pop(key, None)
        with memory_only():
            return self._timed(call, min(_AT_ONCE_SECONDS, timeout_seconds), key)

    def _timed(self, call: Callable[[float], T], left_seconds: float, key: str) -> T:
        began = self._monotonic()
        answer = call(left_seconds)
        if key and len(key) <= _LONGEST_KEY and self._monotonic() - began <= _SHORT_SECONDS:
            if len(self._short) >= _REMEMBERED:
                self._short.clear()
            self._short[key] = None
        return answer
