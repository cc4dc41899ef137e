"""How a value comes into the cache: one process fills, the load is limited, every tier is told."""

from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError

from commerce_app.cache.entry import Entry
from commerce_app.cache.lifetime import Lifetime
from commerce_app.cache.local_tier import LocalTier
from commerce_app.cache.parts import Parts
from commerce_app.cache.single_flight import SingleFlight
from commerce_app.errors import CacheUnavailableError, LoadShedError, ShopError
from commerce_app.switches import Switch

Load = Callable[[], Awaitable[bytes | None]]


class Filling:
    """The loads of one cache."""

    def __init__(self, name: str, lifetime: Lifetime, local: LocalTier, parts: Parts) -> None:
        self._lifetime = lifetime
        self._local = local
        self._shared = parts.shared
        self._fill_lock = parts.fill_lock
        self._loads = parts.loads
        self._on = parts.switches.on
        self._now = parts.now
        self._draw = parts.draw
        self._load_shed = parts.metrics.load_shed
        self._load_seconds = parts.metrics.cache_load_seconds.labels(name)
        self._coalesced = parts.metrics.cache_coalesced.labels(name)
        self._refresh_failures = parts.metrics.cache_refresh_failures.labels(name)
        self._store_failures = parts.metrics.cache_store_failures.labels(name)
        self._refreshes: SingleFlight[None] = SingleFlight()

    async def fill_alone(self, key: str, load: Load) -> bytes | None:
        """Load and store, or take what another process stores meanwhile."""
        async with self._fill_lock.hold(key) as holder:
            packed = await self._fill_lock.find_fill(key, holder, self._is_fresh)
            if packed is None:
                return await self.fill(key, load)
        self._coalesced.inc()
        entry = Entry.unpack(packed)
        self.keep_local(key, entry)
        return entry.body

    async def fill(self, key: str, load: Load) -> bytes | None:
        """Load and store; raises what ``load`` raises, or LoadShedError."""
        started = self._now()
        body = await self._load(load)
        at = self._now()
        self._load_seconds.observe(at - started)
        if body is not None:
            await self._store(key, body, at, load_seconds=at - started)
        return body

    def refresh(self, key: str, load: Load) -> None:
        """Fill in the background, once at a time for a key."""

        async def refresh() -> None:
            try:
                await self.fill(key, load)
            except (ShopError, SQLAlchemyError, OSError):
                self._refresh_failures.inc()

        self._refreshes.launch(key, refresh)

    def keep_local(self, key: str, entry: Entry) -> None:
        if self._on(Switch.LOCAL_TIER):
            self._local.put(key, entry, self._now())

    async def close(self) -> None:
        await self._refreshes.close()

    async def _load(self, load: Load) -> bytes | None:
        """The one place where a load is let through to the database."""
        if not self._on(Switch.LOAD_SHEDDING):
            return await load()
        try:
            async with self._loads.slot():
                return await load()
        except LoadShedError as shed:
            self._load_shed.labels(shed.reason).inc()
            raise

    async def _store(self, key: str, body: bytes, at: float, load_seconds: float) -> None:
        fresh_seconds = self._lifetime.fresh_seconds(
            extended=self._on(Switch.TTL_EXTENDED), draw=self._draw()
        )
        entry = Entry(body, at + fresh_seconds, load_seconds)
        self.keep_local(key, entry)
        kept = self._lifetime.stale_seconds if self._on(Switch.STALE_WHILE_REVALIDATE) else 0
        try:
            await self._shared.set(key, entry.pack(), fresh_seconds + kept)
        except CacheUnavailableError:
            self._store_failures.inc()

    def _is_fresh(self, packed: bytes) -> bool:
        return Entry.unpack(packed).fresh(self._now())
