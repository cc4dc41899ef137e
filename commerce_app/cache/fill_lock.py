"""A lock in Redis so that one process of many fills a hot key."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from commerce_app.errors import CacheUnavailableError

Fresh = Callable[[bytes], bool]


class LockServer(Protocol):
    async def lock(self, key: str, token: str, expire_seconds: float) -> bool: ...

    async def unlock(self, key: str, token: str) -> None: ...

    async def get(self, key: str) -> bytes | None: ...


@dataclass(frozen=True)
class Patience:
    """Seconds: how long a lock lives, how long a loser waits for the winner, how often it looks."""

    expire_seconds: float = 3.0
    wait_seconds: float = 0.5
    poll_seconds: float = 0.02


class Holder(Enum):
    """Whose the lock is; without Redis there is none."""

    US = "us"
    ANOTHER = "another"
    NOBODY = "nobody"


class FillLock:
    """SET NX PX with a token; without Redis everybody fills for himself."""

    def __init__(self, server: LockServer, patience: Patience, new_token: Callable[[], str]) -> None:
        self._server = server
        self._patience = patience
        self._new_token = new_token

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[Holder]:
        """Take the lock for the block if it is to be had."""
        token = self._new_token()
        try:
            won = await self._server.lock(f"lock:{key}", token, self._patience.expire_seconds)
        except CacheUnavailableError:
            yield Holder.NOBODY
            return
        try:
            yield Holder.US if won else Holder.ANOTHER
        finally:
            if won:
                with suppress(CacheUnavailableError):  # it frees itself
                    await self._server.unlock(f"lock:{key}", token)

    async def find_fill(self, key: str, holder: Holder, fresh: Fresh) -> bytes | None:
        """What another process wrote; None when it is for us to fill.

        The winner looks once more, as the lock may have been free because somebody had just filled.
        A loser waits; None then also means that it took too long or that Redis went away.
        """
        if holder is Holder.NOBODY:
            return None
        try:
            if holder is Holder.US:
                return await self._look(key, fresh)
            return await self._wait(key, fresh)
        except CacheUnavailableError:
            return None

    async def _wait(self, key: str, fresh: Fresh) -> bytes | None:
        for _ in range(int(self._patience.wait_seconds / self._patience.poll_seconds)):
            await asyncio.sleep(self._patience.poll_seconds)
            packed = await self._look(key, fresh)
            if packed is not None:
                return packed
        return None

    async def _look(self, key: str, fresh: Fresh) -> bytes | None:
        packed = await self._server.get(key)
        return packed if packed is not None and fresh(packed) else None


def random_token() -> str:
    """A token nobody else has."""
    return secrets.token_hex(8)
