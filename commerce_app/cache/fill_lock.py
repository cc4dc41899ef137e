"""A lock in Redis so that one process of many fills a hot key."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from commerce_app.errors import CacheUnavailableError


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


class FillLock:
    """SET NX PX with a token; without Redis everybody fills for himself."""

    def __init__(self, server: LockServer, patience: Patience, new_token: Callable[[], str]) -> None:
        self._server = server
        self._patience = patience
        self._new_token = new_token

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[bool]:
        """True inside when the lock is ours, or when there is none to be had."""
        token = self._new_token()
        try:
            won = await self._server.lock(f"lock:{key}", token, self._patience.expire_seconds)
        except CacheUnavailableError:
            yield True
            return
        try:
            yield won
        finally:
            if won:
                with suppress(CacheUnavailableError):  # it frees itself
                    await self._server.unlock(f"lock:{key}", token)

    async def wait_for_fill(self, key: str) -> bytes | None:
        """What the winner wrote; None when it took too long or Redis went away."""
        for _ in range(int(self._patience.wait_seconds / self._patience.poll_seconds)):
            await asyncio.sleep(self._patience.poll_seconds)
            try:
                packed = await self._server.get(key)
            except CacheUnavailableError:
                return None
            if packed is not None:
                return packed
        return None


def random_token() -> str:
    """A token nobody else has."""
    return secrets.token_hex(8)
