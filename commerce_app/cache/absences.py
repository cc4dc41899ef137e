"""Keys that the database has nothing for, remembered for a short time so that it is not asked again."""


class Absences:
    """At most ``entries`` at once; a new one then takes the place of the oldest."""

    def __init__(self, ttl_seconds: float, entries: int) -> None:
        self.ttl_seconds = ttl_seconds
        self._entries = entries
        self._until: dict[str, float] = {}

    def known(self, key: str, at: float) -> bool:
        return at < self._until.get(key, at)

    def remember(self, key: str, at: float, until: float) -> bool:
        """Whether there was room. What takes another's place is not for Redis, which has no such bound."""
        self.forget(key)
        self._drop_past(at)
        room = len(self._until) < self._entries
        if not room:
            del self._until[next(iter(self._until))]
        self._until[key] = until
        return room

    def forget(self, key: str) -> None:
        self._until.pop(key, None)

    def _drop_past(self, at: float) -> None:
        while self._until and at >= self._until[oldest := next(iter(self._until))]:
            del self._until[oldest]
