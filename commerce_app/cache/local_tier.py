"""A small cache in the process: spares Redis the hottest reads and outlives it."""

from dataclasses import dataclass

from cachetools import LRUCache

from commerce_app.cache.entry import Entry


@dataclass(frozen=True, slots=True)
class _Copy:
    entry: Entry
    checked_at: float


class LocalTier:
    """Copies are trusted for ``ttl_seconds`` after Redis confirmed them; then Redis is asked again."""

    def __init__(self, ttl_seconds: float, stale_seconds: float, entries: int) -> None:
        self._ttl_seconds = ttl_seconds
        self._stale_seconds = stale_seconds
        self._copies: LRUCache[str, _Copy] = LRUCache(maxsize=entries)

    def put(self, key: str, entry: Entry, at: float) -> None:
        self._copies[key] = _Copy(entry, at)

    def forget(self, key: str) -> None:
        self._copies.pop(key, None)

    def recent(self, key: str, at: float) -> Entry | None:
        """A fresh copy that needs no confirmation yet."""
        copy = self._copies.get(key)
        if copy is None or at >= copy.checked_at + self._ttl_seconds or not copy.entry.fresh(at):
            return None
        return copy.entry

    def fallback(self, key: str, at: float) -> Entry | None:
        """Any copy that may still be shown, for when Redis cannot be asked."""
        copy = self._copies.get(key)
        if copy is None or at >= copy.entry.fresh_until + self._stale_seconds:
            return None
        return copy.entry
