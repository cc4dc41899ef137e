"""How a value comes into the cache: one load of many asked for, within limits, and every tier is told."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from sqlalchemy.exc import SQLAlchemyError

from commerce_app.cache.cause import Cause
from commerce_app.cache.entry import Entry
from commerce_app.cache.lease import FOR_EVER, Lease, Outcome, Turn
from commerce_app.cache.lifetime import Lifetime
from commerce_app.cache.near import Near
from commerce_app.cache.parts import Parts
from commerce_app.cache.single_flight import SingleFlight
from commerce_app.errors import CacheUnavailableError, DeadlineError, LoadShedError, ShopError
from commerce_app.resilience.gate import Work
from commerce_app.resilience.work import doing
from commerce_app.switches import Switch

Load = Callable[[], Awaitable[bytes | None]]


class Filling:
    """The loads of one cache."""

    def __init__(self, name: str, lifetime: Lifetime, near: Near, parts: Parts) -> None:
        self._lifetime = lifetime
        self._near = near
        self._shared = parts.shared
        self._leases = parts.leases
        self._loads = parts.loads
        self._guard = parts.guard
        self._on = parts.switches.on
        self._now = parts.now
        self._draw = parts.draw
        self._name = name
        self._lease_outcomes = parts.metrics.cache_leases
        self._load_shed = parts.metrics.load_shed
        self._load_seconds = parts.metrics.cache_load_seconds.labels(name)
        self._load_failures = parts.metrics.cache_load_failures.labels(name)
        self._coalesced = parts.metrics.cache_coalesced.labels(name)
        self._refreshed = parts.metrics.cache_refreshes
        self._refresh_failures = parts.metrics.cache_refresh_failures.labels(name)
        self._store_failures = parts.metrics.cache_store_failures.labels(name)
        self._fills: SingleFlight[bytes | None] = SingleFlight()
        self._refreshes: SingleFlight[None] = SingleFlight()

    async def fill_once(self, key: str, load: Load, *, ask_redis: bool = True) -> bytes | None:
        """One load of a key at a time, in all processes or, without Redis, in this one; others share it."""
        fill = self._fill_in_turn if ask_redis else self._fill_unasked
        body, joined = await self._fills.join(key, lambda: fill(key, load))
        if joined:
            self._coalesced.inc()
        return body

    async def fill(self, key: str, load: Load) -> bytes | None:
        """Load and store; raises what ``load`` raises, or LoadShedError."""
        return await self._fill(key, load, None)

    async def fill_anew(self, key: str, load: Load) -> bytes | None:
        """Load whatever is there, and whoever else does; raises as ``fill`` does."""
        if not self._on(Switch.DISTRIBUTED_LOCK):
            return await self.fill(key, load)
        return await self._fill(key, load, (await self._leases.ask(key, FOR_EVER)).lease)

    def refresh(self, key: str, load: Load, cause: Cause, beyond: float = FOR_EVER) -> None:
        """Fill in the background, once at a time for a key.

        What another process has made fresh beyond that time meanwhile need not be loaded.
        """
        self._in_background(key, lambda: self._refresh(key, load, beyond), cause)

    def correct(self, key: str, load: Load, right: Callable[[bytes], bool]) -> None:
        """Fill in the background unless what Redis has is right, or nothing."""
        self._near.copies.forget(key)
        self._in_background(key, lambda: self._correct(key, load, right), Cause.CORRECTION)

    async def settle(self) -> None:
        """Wait for the end of what is under way in the background."""
        await self._refreshes.settle()

    async def renew(self, key: str, load: Load, beyond: float) -> bool:
        """Fill unless Redis has a value that is fresh beyond that time; whether that was done.

        Without Redis there is nothing to keep what would be loaded.
        """
        try:
            packed = await self._shared.get(key)
        except CacheUnavailableError:
            return False
        entry = Entry.unpack(packed)
        if entry is not None and entry.fresh(beyond):
            return False
        return await self._refresh(key, load, beyond)

    async def _fill_in_turn(self, key: str, load: Load) -> bytes | None:
        turn = self._settled(await self._leases.wait(key, self._now()))
        entry = Entry.unpack(turn.packed)
        if entry is None:
            return await self._fill(key, load, turn.lease)
        self._coalesced.inc()
        self.keep_near(key, entry)
        return entry.value

    async def _fill_unasked(self, key: str, load: Load) -> bytes | None:
        return await self._fill(key, load, self._leases.unasked(key))

    async def _refresh(self, key: str, load: Load, beyond: float) -> bool:
        """Whether it was loaded here."""
        if not self._on(Switch.DISTRIBUTED_LOCK):
            await self.fill(key, load)
            return True
        turn = self._settled(await self._leases.ask(key, beyond))
        entry = Entry.unpack(turn.packed)
        if entry is not None:
            self.keep_near(key, entry)
        elif turn.outcome is not Outcome.HELD:
            await self._fill(key, load, turn.lease)
            return True
        return False

    async def _fill(self, key: str, load: Load, lease: Lease | None) -> bytes | None:
        try:
            started = self._now()
            body = await self._load(load)
            at = self._now()
            self._load_seconds.observe(at - started)
            await self._keep(key, body, at, at - started, lease)
        except (SQLAlchemyError, OSError, DeadlineError):
            self._load_failures.inc()
            raise
        else:
            return body
        finally:
            if lease is not None:
                await lease.release()

    def _in_background(self, key: str, fill: Callable[[], Awaitable[object]], cause: Cause) -> None:
        async def run() -> None:
            self._refreshed.labels(self._name, cause).inc()
            try:
                with doing(Work.EXTRAS):  # whoever reads has an answer already: those without one go first
                    await fill()
            except (ShopError, SQLAlchemyError, OSError):
                self._refresh_failures.inc()

        self._refreshes.launch(key, run)

    async def _correct(self, key: str, load: Load, right: Callable[[bytes], bool]) -> None:
        try:
            packed = await self._shared.get(key)
        except CacheUnavailableError:
            return
        entry = Entry.unpack(packed)
        if entry is not None and not right(entry.body):
            await self._refresh(key, load, FOR_EVER)

    def _settled(self, turn: Turn) -> Turn:
        self._lease_outcomes.labels(self._name, turn.outcome).inc()
        return turn

    def keep_near(self, key: str, entry: Entry) -> None:
        """What Redis has of a key, or will have, for this process's own reads."""
        if entry.value is None:
            self._near.absences.remember(key, self._now(), entry.fresh_until)
        elif self._on(Switch.LOCAL_TIER):
            self._near.copies.put(key, entry, self._now())

    async def close(self) -> None:
        await self._fills.close()
        await self._refreshes.close()

    async def _load(self, load: Load) -> bytes | None:
        """The one place where a load is let through to the database."""
        if not self._on(Switch.LOAD_SHEDDING):
            return await self._guard.run(load)
        async with AsyncExitStack() as held:
            try:
                await held.enter_async_context(self._loads.slot())
            except LoadShedError as shed:
                self._load_shed.labels(shed.reason).inc()
                raise
            return await self._guard.run(load)

    async def _keep(
        self, key: str, body: bytes | None, at: float, load_seconds: float, lease: Lease | None
    ) -> None:
        if body is not None:
            self._near.absences.forget(key)
            await self._keep_value(key, body, at, load_seconds, lease)
        elif self._on(Switch.NEGATIVE_CACHING):
            await self._keep_absence(key, at, load_seconds, lease)

    async def _keep_absence(self, key: str, at: float, load_seconds: float, lease: Lease | None) -> None:
        ttl_seconds = self._near.absences.ttl_seconds
        nothing = Entry.nothing(at + ttl_seconds, load_seconds)
        if self._near.absences.remember(key, at, nothing.fresh_until):
            await self._store(key, nothing, ttl_seconds, lease)

    async def _keep_value(
        self, key: str, body: bytes, at: float, load_seconds: float, lease: Lease | None
    ) -> None:
        fresh_seconds = self._lifetime.fresh_seconds(
            extended=self._on(Switch.TTL_EXTENDED), draw=self._draw()
        )
        entry = Entry(body, at + fresh_seconds, load_seconds)
        self.keep_near(key, entry)
        kept_seconds = self._lifetime.stale_seconds if self._on(Switch.STALE_WHILE_REVALIDATE) else 0
        await self._store(key, entry, fresh_seconds + kept_seconds, lease)

    async def _store(self, key: str, entry: Entry, expire_seconds: float, lease: Lease | None) -> None:
        try:
            if lease is None:
                await self._shared.set(key, entry.pack(), expire_seconds)
            elif not await lease.store(entry.pack(), expire_seconds):
                self._near.copies.forget(key)  # another has what is newer
                self._near.absences.forget(key)
        except CacheUnavailableError:
            self._store_failures.inc()
