"""Values that are no longer true: noted by requests, taken out of Redis beside them, many at once.

So a request waits for no Redis, and all of them together cost it a few commands a second. Each is taken out
twice: a reader in between may have had the old value from a replica that was behind, and stored it again.
"""

from collections import deque
from datetime import datetime
from itertools import islice
from typing import Protocol

from commerce_app.errors import CacheUnavailableError
from commerce_app.metrics import Metrics

MOST_NOTED = 10_000
BATCH = 500
AGAIN_SECONDS = 2.0


class Remover(Protocol):
    """Redis; raises CacheUnavailableError."""

    async def delete(self, keys: list[str]) -> None: ...


class Forgetting:
    """While Redis does not answer, the latest ``most`` keys stay noted; others end with their TTL."""

    def __init__(self, shared: Remover, metrics: Metrics, most: int = MOST_NOTED) -> None:
        self._shared = shared
        self._keys = metrics.cache_forgotten
        self._most = most
        # By key, whether it is for the first time; the oldest first.
        self._noted: dict[str, bool] = {}
        self._again: deque[tuple[float, list[str]]] = deque()

    def note(self, key: str) -> None:
        self._noted.pop(key, None)
        self._noted[key] = True
        self._drop_oldest()

    async def tell(self, at: datetime) -> None:
        """Take what is noted out of Redis; what cannot be taken out now stays noted for the next turn."""
        self._note_again(at.timestamp())
        while batch := dict(islice(self._noted.items(), BATCH)):
            for key in batch:
                del self._noted[key]
            try:
                await self._shared.delete(list(batch))
            except BaseException as error:
                # What was noted meanwhile came later.
                self._noted = {**batch, **self._noted}
                self._drop_oldest()
                if not isinstance(error, CacheUnavailableError):
                    raise
                self._keys.labels("failed").inc(len(batch))
                return
            self._keys.labels("done").inc(len(batch))
            if first := [key for key, for_the_first_time in batch.items() if for_the_first_time]:
                self._again.append((at.timestamp() + AGAIN_SECONDS, first))

    def _note_again(self, at: float) -> None:
        while self._again and self._again[0][0] <= at:
            for key in self._again.popleft()[1]:
                self._noted.setdefault(key, False)
        self._drop_oldest()

    def _drop_oldest(self) -> None:
        for key in list(islice(self._noted, max(0, len(self._noted) - self._most))):
            del self._noted[key]
            self._keys.labels("dropped").inc()
