"""A lease in Redis on filling a key: one process of many loads it, the others take what it stores."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from commerce_app.errors import CacheUnavailableError

# No entry is fresh for so long: whatever is there, it is to be loaded anew.
FOR_EVER = 1e300


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether the lease is held by it; of two claims to a key the later has the higher number."""

    number: int
    won: bool


# Of who could not ask: any other is newer.
UNASKED = Claim(number=0, won=False)


class LeaseServer(Protocol):
    """Redis: each call is one atomic step and raises CacheUnavailableError, and nothing else."""

    async def lease(self, key: str, lease_seconds: float, beyond: float) -> bytes | Claim:
        """The entry, if it is fresh beyond that time; else a claim, which holds the lease if nobody does."""

    async def fill(self, key: str, number: int, value: bytes, expire_seconds: float) -> bool:
        """Give the lease back, and store unless a later claim has stored or holds it; whether it did."""

    async def release(self, key: str, number: int) -> None: ...


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
    """Ours, if it was won, until something is stored under it, it is given back, or it runs out.

    Whoever loads without holding it may store as well, unless what is there is newer.
    """

    def __init__(self, server: LeaseServer, key: str, claim: Claim) -> None:
        self._server = server
        self._key = key
        self._number = claim.number
        self._held = claim.won

    async def store(self, value: bytes, expire_seconds: float) -> bool:
        """False when something newer is there; raises CacheUnavailableError: the lease then frees itself."""
        self._held = False
        return await self._server.fill(self._key, self._number, value, expire_seconds)

    async def release(self) -> None:
        if self._held:
            self._held = False
            with suppress(CacheUnavailableError):  # it frees itself
                await self._server.release(self._key, self._number)


class Outcome(StrEnum):
    """How it was settled who fills; the label of ``cache_leases_total``."""

    WON = "won"  # we do
    FILLED = "filled"  # another has
    HELD = "held"  # another does, and has not done yet
    IMPATIENT = "impatient"  # another does, for too long: we do as well
    UNAVAILABLE = "unavailable"  # Redis cannot tell


@dataclass(frozen=True, slots=True)
class Turn:
    """``packed`` is there when another has filled, else ``lease`` to store under."""

    outcome: Outcome
    lease: Lease | None = None
    packed: bytes | None = None


class Leases:
    """``now`` is any clock in seconds; ``pause`` waits."""

    def __init__(
        self,
        server: LeaseServer,
        patience: Patience,
        now: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._server = server
        self._patience = patience
        self._now = now
        self._pause = pause

    async def ask(self, key: str, beyond: float) -> Turn:
        """Take the lease if it is to be had, and what is there if it is fresh beyond that time."""
        try:
            answer = await self._server.lease(key, self._patience.lease_seconds, beyond)
        except CacheUnavailableError:
            return Turn(Outcome.UNAVAILABLE, self.unasked(key))
        if isinstance(answer, bytes):
            return Turn(Outcome.FILLED, packed=answer)
        return Turn(Outcome.WON if answer.won else Outcome.HELD, Lease(self._server, key, answer))

    def unasked(self, key: str) -> Lease:
        """To store under without having asked: unless anything was stored lately, or is being loaded."""
        return Lease(self._server, key, UNASKED)

    async def wait(self, key: str, beyond: float) -> Turn:
        """Ask until another has filled, or until it is for us: won, out of patience or without Redis.

        A holder that dies or fails leaves the lease to whoever asks next.
        """
        began = self._now()
        while (turn := await self.ask(key, beyond)).outcome is Outcome.HELD:
            waited = self._now() - began
            pause = self._patience.pause_seconds(waited)
            if waited + pause > self._patience.wait_seconds:
                return Turn(Outcome.IMPATIENT, turn.lease)
            await self._pause(pause)
        return turn
