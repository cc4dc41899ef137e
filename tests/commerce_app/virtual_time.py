"""Time for one test: it jumps to the next who wakes once everybody waits."""

import asyncio
import heapq
import itertools


class VirtualTime:
    def __init__(self):
        self.at = 0.0
        self._sleepers = []
        self._order = itertools.count()

    def now(self):
        return self.at

    async def pause(self, seconds):
        waking = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.at + seconds, next(self._order), waking))
        await waking

    async def run(self, *tasks):
        """The results of all, in virtual time. Nobody wakes before all that the last one did has settled."""
        running = [asyncio.ensure_future(task) for task in tasks]
        while True:
            for _ in range(10):
                await asyncio.sleep(0)
            if not self._sleepers:
                return await asyncio.gather(*running)
            self.at, _, waking = heapq.heappop(self._sleepers)
            if not waking.done():
                waking.set_result(None)
