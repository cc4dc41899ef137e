"""Cache-aside reads. Every protection asks its switch at every read, so that it can be flipped live."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from commerce_app.cache.early_refresh import refresh_early
from commerce_app.cache.entry import Entry
from commerce_app.cache.fill_lock import FillLock
from commerce_app.cache.hot_keys import HotKeys
from commerce_app.cache.lifetime import Lifetime
from commerce_app.cache.local_tier import LocalTier
from commerce_app.cache.single_flight import SingleFlight
from commerce_app.errors import CacheUnavailableError, LoadShedError, ShopError
from commerce_app.metrics import Metrics
from commerce_app.resilience.concurrency import ConcurrencyLimit
from commerce_app.switches import Switch, Switches

Load = Callable[[], Awaitable[bytes | None]]


class Tier(StrEnum):
    LOCAL = "local"
    REDIS = "redis"
    ORIGIN = "origin"


class Result(StrEnum):
    HIT = "hit"
    STALE = "stale"
    MISS = "miss"
    ERROR = "error"
    BYPASS = "bypass"


@dataclass(frozen=True, slots=True)
class Answer:
    """A read's value, None where there is none, who had it and in what state."""

    body: bytes | None
    tier: Tier
    result: Result


class Tally:
    """Counts one read once, at the first thing that is known of it: a slow load does not hide its miss."""

    def __init__(self, count: Callable[[Tier, Result], None]) -> None:
        self._count = count
        self._noted = False

    def note(self, tier: Tier, result: Result) -> None:
        if not self._noted:
            self._noted = True
            self._count(tier, result)


class SharedTier(Protocol):
    """Redis; raises CacheUnavailableError, and nothing else."""

    async def get(self, key: str) -> bytes | None: ...

    async def set(self, key: str, value: bytes, expire_seconds: float) -> None: ...


@dataclass(frozen=True)
class Parts:
    """What the caches of one shop share."""

    shared: SharedTier
    fill_lock: FillLock
    loads: ConcurrencyLimit
    switches: Switches
    metrics: Metrics
    now: Callable[[], float]
    draw: Callable[[], float]


class Cache:
    """One kind of value; keys carry its name. ``read`` is the path, top to bottom."""

    def __init__(self, name: str, lifetime: Lifetime, local: LocalTier, hot: HotKeys, parts: Parts) -> None:
        self._name = name
        self._lifetime = lifetime
        self._local = local
        self.hot = hot
        self._shared = parts.shared
        self._fill_lock = parts.fill_lock
        self._loads = parts.loads
        self._on = parts.switches.on
        self._metrics = parts.metrics
        self._now = parts.now
        self._draw = parts.draw
        self._flights: SingleFlight[Answer] = SingleFlight()
        self._refreshes: SingleFlight[None] = SingleFlight()

    async def read(self, key: str, load: Load) -> bytes | None:
        """The value of ``key``, loaded when no tier has it; raises what ``load`` raises, or LoadShedError."""
        self.hot.touch(key, self._now())
        tally = Tally(self._count)
        try:
            answer = await self._read(key, load, tally)
        except BaseException:
            tally.note(Tier.ORIGIN, Result.ERROR)
            raise
        tally.note(answer.tier, answer.result)
        return answer.body

    async def _read(self, key: str, load: Load, tally: Tally) -> Answer:
        if self._on(Switch.LOCAL_TIER) and (entry := self._local.recent(key, self._now())):
            return Answer(entry.body, Tier.LOCAL, Result.HIT)
        if not self._on(Switch.SINGLE_FLIGHT):
            return await self._read_shared(key, load, tally)
        answer, joined = await self._flights.join(key, lambda: self._read_shared(key, load, tally))
        if joined:
            self._metrics.cache_coalesced.labels(self._name).inc()
        return answer

    async def _read_shared(self, key: str, load: Load, tally: Tally) -> Answer:
        try:
            packed = await self._shared.get(key)
        except CacheUnavailableError:
            return await self._read_without_redis(key, load, tally)
        if packed is None:
            return await self._fill(key, load, tally)
        entry, at = Entry.unpack(packed), self._now()
        self._keep_local(key, entry)
        if entry.fresh(at):
            if self._on(Switch.EARLY_REFRESH) and refresh_early(entry, at, 1 - self._draw()):
                self.refresh(key, load)
            return Answer(entry.body, Tier.REDIS, Result.HIT)
        if self._on(Switch.STALE_WHILE_REVALIDATE):
            self.refresh(key, load)
            return Answer(entry.body, Tier.REDIS, Result.STALE)
        return await self._fill(key, load, tally)

    async def _read_without_redis(self, key: str, load: Load, tally: Tally) -> Answer:
        """Redis did not answer: a copy in the process if it may be shown, else the database."""
        at = self._now()
        if self._on(Switch.LOCAL_TIER) and (entry := self._local.fallback(key, at)):
            if not entry.fresh(at):
                self.refresh(key, load)
            return Answer(entry.body, Tier.LOCAL, Result.STALE)
        tally.note(Tier.ORIGIN, Result.ERROR)
        return Answer(await self._load_and_store(key, load), Tier.ORIGIN, Result.ERROR)

    async def _fill(self, key: str, load: Load, tally: Tally) -> Answer:
        tally.note(Tier.ORIGIN, Result.MISS)
        if not (self._on(Switch.DISTRIBUTED_LOCK) and self.hot.hot(key)):
            return Answer(await self._load_and_store(key, load), Tier.ORIGIN, Result.MISS)
        async with self._fill_lock.hold(key) as holder:
            packed = await self._fill_lock.find_fill(key, holder, self._is_fresh)
            if packed is None:
                return Answer(await self._load_and_store(key, load), Tier.ORIGIN, Result.MISS)
        self._metrics.cache_coalesced.labels(self._name).inc()
        entry = Entry.unpack(packed)
        self._keep_local(key, entry)
        return Answer(entry.body, Tier.ORIGIN, Result.MISS)

    async def warm(self, key: str, load: Load) -> bool:
        """Load and store whatever the tiers hold; False when there is no such value."""
        body = await self._load_and_store(key, load)
        self._count(Tier.ORIGIN, Result.BYPASS)
        return body is not None

    async def close(self) -> None:
        await self._flights.close()
        await self._refreshes.close()

    def refresh(self, key: str, load: Load) -> None:
        """Reload in the background, once at a time for a key."""

        async def refresh() -> None:
            try:
                await self._load_and_store(key, load)
            except (ShopError, SQLAlchemyError, OSError):
                self._metrics.cache_refresh_failures.labels(self._name).inc()

        self._refreshes.launch(key, refresh)

    async def _load_and_store(self, key: str, load: Load) -> bytes | None:
        started = self._now()
        body = await self._load(load)
        at = self._now()
        self._metrics.cache_load_seconds.labels(self._name).observe(at - started)
        if body is not None:
            await self._store(key, body, at, load_seconds=at - started)
        return body

    async def _load(self, load: Load) -> bytes | None:
        if not self._on(Switch.LOAD_SHEDDING):
            return await load()
        try:
            async with self._loads.slot():
                return await load()
        except LoadShedError as shed:
            self._metrics.load_shed.labels(shed.reason).inc()
            raise

    async def _store(self, key: str, body: bytes, at: float, load_seconds: float) -> None:
        fresh_seconds = self._lifetime.fresh_seconds(
            extended=self._on(Switch.TTL_EXTENDED), draw=self._draw()
        )
        entry = Entry(body, at + fresh_seconds, load_seconds)
        self._keep_local(key, entry)
        kept = self._lifetime.stale_seconds if self._on(Switch.STALE_WHILE_REVALIDATE) else 0
        try:
            await self._shared.set(key, entry.pack(), fresh_seconds + kept)
        except CacheUnavailableError:
            self._metrics.cache_store_failures.labels(self._name).inc()

    def _is_fresh(self, packed: bytes) -> bool:
        return Entry.unpack(packed).fresh(self._now())

    def _keep_local(self, key: str, entry: Entry) -> None:
        if self._on(Switch.LOCAL_TIER):
            self._local.put(key, entry, self._now())

    def _count(self, tier: Tier, result: Result) -> None:
        self._metrics.cache_requests.labels(self._name, tier, result).inc()
