"""Values that are no longer true: noted by requests, taken out of Redis beside them, many at once.

So a request waits for no Redis, and all of them together cost it a command each turn.
"""

from datetime import datetime
from itertools import islice
from typing import Protocol

from commerce_app.errors import CacheUnavailableError
from commerce_app.metrics import Metrics

MOST_NOTED = 10_000
BATCH = 500


class Remover(Protocol):
    """Redis; raises CacheUnavailableError."""

    async def delete(self, keys: list[str]) -> None: ...


class Forgetting:
    """While Redis does not answer, the latest ``most`` keys stay noted; others end with their TTL."""

    def __init__(self, shared: Remover, metrics: Metrics, most: int = MOST_NOTED) -> None:
        self._shared = shared
        self._keys = metrics.cache_forgotten
        self._most = most
        self._noted: dict[str, None] = {}

    def note(self, key: str) -> None:
        self._noted.pop(key, None)
        if len(self._noted) >= self._most:
            del self._noted[next(iter(self._noted))]
            self._keys.labels("dropped").inc()
        self._noted[key] = None

    async def tell(self, _: datetime) -> None:
        """Take what is noted out of Redis; what cannot be taken out now stays noted for the next turn."""
        while batch := list(islice(self._noted, BATCH)):
            for key in batch:
                del self._noted[key]
            try:
                await self._shared.delete(batch)
            except BaseException as error:
                self._note_again(batch)
                if not isinstance(error, CacheUnavailableError):
                    raise
                self._keys.labels("failed").inc(len(batch))
                return
            self._keys.labels("done").inc(len(batch))

    def _note_again(self, batch: list[str]) -> None:
        """As the oldest: what was noted meanwhile came later."""
        self._noted = {**dict.fromkeys(batch), **self._noted}
        for key in list(islice(self._noted, max(0, len(self._noted) - self._most))):
            del self._noted[key]
            self._keys.labels("dropped").inc()
