"""Cache-aside reads. Every protection asks its switch at every read, so that it can be flipped live."""

from collections.abc import Callable
from weakref import WeakValueDictionary

from commerce_app.cache.answer import Answer, Result, Tally, Tier
from commerce_app.cache.cause import Cause
from commerce_app.cache.early_refresh import refresh_early
from commerce_app.cache.entry import Entry
from commerce_app.cache.filling import Filling, Load
from commerce_app.cache.lifetime import Lifetime
from commerce_app.cache.near import Near
from commerce_app.cache.parts import Parts
from commerce_app.cache.single_flight import SingleFlight
from commerce_app.errors import CacheUnavailableError
from commerce_app.switches import Switch


class Cache:
    """One kind of value; keys carry its name. ``read`` is the path, top to bottom."""

    def __init__(self, name: str, lifetime: Lifetime, near: Near, parts: Parts) -> None:
        self._name = name
        self._stale_seconds = lifetime.stale_seconds
        self._local = near.copies
        self._absences = near.absences
        self.hot = near.hot
        self._forgetting = parts.forgetting
        self._shared = parts.shared
        self._on = parts.switches.on
        self._metrics = parts.metrics
        self._now = parts.now
        self._draw = parts.draw
        self._filling = Filling(name, lifetime, near, parts)
        self._flights: SingleFlight[Answer] = SingleFlight()
        # Of the reads under way that others share: they live no longer.
        self._leaders: WeakValueDictionary[str, Tally] = WeakValueDictionary()

    async def read(self, key: str, load: Load) -> bytes | None:
        """The value of ``key``, loaded when no tier has it; raises what ``load`` raises, or LoadShedError."""
        self.hot.touch(key, self._now())
        tally = Tally(self._count)
        try:
            answer = await self._read(key, load, tally)
        except BaseException:
            tally.fail()
            raise
        tally.note(answer.tier, answer.result)
        if answer.result is Result.STALE:
            self._metrics.cache_stale_age_seconds.labels(self._name).observe(answer.stale_seconds)
        if answer.body is None and answer.result is Result.HIT:
            self._metrics.cache_absences.labels(self._name).inc()
        return answer.body

    async def _read(self, key: str, load: Load, tally: Tally) -> Answer:
        if self._on(Switch.LOCAL_TIER) and (entry := self._local.recent(key, self._now())):
            return Answer(entry.body, Tier.LOCAL, Result.HIT)
        if self._on(Switch.NEGATIVE_CACHING) and self._absences.known(key, self._now()):
            return Answer(None, Tier.LOCAL, Result.HIT)
        if not self._on(Switch.SINGLE_FLIGHT):
            return await self._read_shared(key, load, tally)
        self._lead_or_follow(key, tally)
        answer, joined = await self._flights.join(key, lambda: self._read_shared(key, load, tally))
        if joined:
            self._metrics.cache_coalesced.labels(self._name).inc()
        return answer

    def _lead_or_follow(self, key: str, tally: Tally) -> None:
        leader = self._leaders.get(key)
        if leader is not None and key in self._flights:
            tally.follow(leader)
        else:
            self._leaders[key] = tally

    async def _read_shared(self, key: str, load: Load, tally: Tally) -> Answer:
        try:
            packed = await self._shared.get(key)
        except CacheUnavailableError:
            return await self._read_without_redis(key, load, tally)
        entry, at = Entry.unpack(packed), self._now()
        if entry is None:
            return await self._fill(key, load, tally)
        if entry.value is None and not (self._on(Switch.NEGATIVE_CACHING) and entry.fresh(at)):
            return await self._fill(key, load, tally)
        self._filling.keep_near(key, entry)
        if entry.fresh(at):
            if entry.value and self._on(Switch.EARLY_REFRESH) and refresh_early(entry, at, 1 - self._draw()):
                self._filling.refresh(key, load, Cause.EARLY, beyond=entry.fresh_until)
            return Answer(entry.value, Tier.REDIS, Result.HIT)
        if self._on(Switch.STALE_WHILE_REVALIDATE) and entry.stale_seconds(at) < self._stale_seconds:
            self._filling.refresh(key, load, Cause.STALE, beyond=at)
            return Answer(entry.body, Tier.REDIS, Result.STALE, entry.stale_seconds(at))
        return await self._fill(key, load, tally)

    async def _read_without_redis(self, key: str, load: Load, tally: Tally) -> Answer:
        """Redis did not answer: a copy in the process if it may be shown, else the database."""
        at = self._now()
        if self._on(Switch.LOCAL_TIER) and (entry := self._local.fallback(key, at)):
            if not entry.fresh(at):
                self._filling.refresh(key, load, Cause.STALE, beyond=at)
            return Answer(entry.body, Tier.LOCAL, Result.STALE, entry.stale_seconds(at))
        tally.note(Tier.ORIGIN, Result.ERROR)
        return Answer(await self._load_through(key, load, ask_redis=False), Tier.ORIGIN, Result.ERROR)

    async def _fill(self, key: str, load: Load, tally: Tally) -> Answer:
        tally.note(Tier.ORIGIN, Result.MISS)
        return Answer(await self._load_through(key, load, ask_redis=True), Tier.ORIGIN, Result.MISS)

    async def _load_through(self, key: str, load: Load, *, ask_redis: bool) -> bytes | None:
        if self._on(Switch.DISTRIBUTED_LOCK):
            return await self._filling.fill_once(key, load, ask_redis=ask_redis)
        return await self._filling.fill(key, load)

    async def warm(self, key: str, load: Load) -> bool:
        """Load and store whatever the tiers hold; False when there is no such value."""
        body = await self._filling.fill_anew(key, load)
        self._count(Tier.ORIGIN, Result.BYPASS)
        return body is not None

    async def renew(self, key: str, load: Load, beyond: float) -> bool:
        """Load what does not stay fresh beyond that time; whether that was done."""
        renewed = await self._filling.renew(key, load, beyond)
        if renewed:
            self._count(Tier.ORIGIN, Result.BYPASS)
        return renewed

    def refresh(self, key: str, load: Load) -> None:
        """Reload in the background, once at a time for a key."""
        self._filling.refresh(key, load, Cause.SCHEDULE)

    def correct(self, key: str, load: Load, right: Callable[[bytes], bool]) -> None:
        """Reload in the background what turned out to be wrong; other processes' copies end by themselves."""
        self._filling.correct(key, load, right)

    async def settle(self) -> None:
        """Wait for the end of what is under way in the background."""
        await self._filling.settle()

    def forget(self, key: str) -> None:
        """The value is no longer true: here at once, in Redis soon, in other processes when a copy ends."""
        self._local.forget(key)
        self._absences.forget(key)
        self._forgetting.note(key)

    async def close(self) -> None:
        await self._flights.close()
        await self._filling.close()

    def _count(self, tier: Tier, result: Result) -> None:
        self._metrics.cache_requests.labels(self._name, tier, result).inc()
