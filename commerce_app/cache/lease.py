"""A lease in Redis on filling a key: one process of many loads it, the others take what it stores."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from commerce_app.errors import CacheUnavailableError

# No entry is fresh for so long: whatever is there, it is to be loaded anew.
FOR_EVER = 1e300


class LeaseServer(Protocol):
    """Redis: each call is one atomic step and raises CacheUnavailableError, and nothing else."""

    async def lease(self, key: str, token: str, lease_seconds: float, beyond: float) -> bytes | bool:
        """The entry, if it is fresh beyond that time; else whether the lease is now held by the token."""

    async def fill(self, key: str, token: str, value: bytes, expire_seconds: float) -> None:
        """Store unless another holds the lease by now, and give it back."""

    async def release(self, key: str, token: str) -> None: ...


@dataclass(frozen=True)
class Patience:
    """Seconds: how long a lease lives, how long others wait for its holder, how often they look."""

    lease_seconds: float = 3.0
    wait_seconds: float = 2.0
    shortest_pause_seconds: float = 0.001
    longest_pause_seconds: float = 0.02

    def pause_seconds(self, waited_seconds: float) -> float:
        """A tenth of the wait so far, so that nobody waits much longer than he must, nor asks too often."""
        return min(max(waited_seconds / 10, self.shortest_pause_seconds), self.longest_pause_seconds)


class Lease:
    """Ours until something is stored under it, it is given back, or it runs out."""

    def __init__(self, server: LeaseServer, key: str, token: str) -> None:
        self._server = server
        self._key = key
        self._token = token
        self._held = True

    async def store(self, value: bytes, expire_seconds: float) -> None:
        """Raises CacheUnavailableError; the lease then frees itself."""
        self._held = False
        await self._server.fill(self._key, self._token, value, expire_seconds)

    async def release(self) -> None:
        if self._held:
            self._held = False
            with suppress(CacheUnavailableError):  # it frees itself
                await self._server.release(self._key, self._token)


class Outcome(StrEnum):
    """How it was settled who fills; the label of ``cache_leases_total``."""

    WON = "won"  # we do
    FILLED = "filled"  # another has
    HELD = "held"  # another does, and has not done yet
    IMPATIENT = "impatient"  # another does, for too long: we do as well
    UNAVAILABLE = "unavailable"  # Redis cannot tell


@dataclass(frozen=True, slots=True)
class Turn:
    """``lease`` is there when we won it, ``packed`` when another has filled."""

    outcome: Outcome
    lease: Lease | None = None
    packed: bytes | None = None


class Leases:
    """``now`` is any clock in seconds; ``pause`` waits."""

    def __init__(
        self,
        server: LeaseServer,
        patience: Patience,
        new_token: Callable[[], str],
        now: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._server = server
        self._patience = patience
        self._new_token = new_token
        self._now = now
        self._pause = pause

    async def ask(self, key: str, beyond: float) -> Turn:
        """Take the lease if it is to be had, and what is there if it is fresh beyond that time."""
        token = self._new_token()
        try:
            answer = await self._server.lease(key, token, self._patience.lease_seconds, beyond)
        except CacheUnavailableError:
            return Turn(Outcome.UNAVAILABLE)
        if isinstance(answer, bytes):
            return Turn(Outcome.FILLED, packed=answer)
        return Turn(Outcome.WON, Lease(self._server, key, token)) if answer else Turn(Outcome.HELD)

    async def wait(self, key: str, beyond: float) -> Turn:
        """Ask until another has filled, or until it is for us: won, out of patience or without Redis.

        A holder that dies or fails leaves the lease to whoever asks next.
        """
        began = self._now()
        while (turn := await self.ask(key, beyond)).outcome is Outcome.HELD:
            waited = self._now() - began
            pause = self._patience.pause_seconds(waited)
            if waited + pause > self._patience.wait_seconds:
                return Turn(Outcome.IMPATIENT)
            await self._pause(pause)
        return turn


def random_token() -> str:
    """A token nobody else has."""
    return secrets.token_hex(8)
