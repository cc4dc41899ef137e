"""A Redis for one test: keeps values and leases until they expire, and counts what it was asked."""

from commerce_app.cache.entry import Entry
from commerce_app.errors import CacheUnavailableError


class FakeRedis:
    """``down`` makes it fail like a Redis that does not answer."""

    def __init__(self, now):
        self.now = now
        self.values = {}
        self.leases = {}
        self.asked = 0
        self.down = False

    async def get(self, key):
        self._ask()
        return self._alive(self.values, key)

    async def set(self, key, value, expire_seconds):
        self._ask()
        self.values[key] = (value, self.now() + expire_seconds)

    async def delete(self, keys):
        self._ask()
        for key in keys:
            self.values.pop(key, None)

    async def lease(self, key, token, lease_seconds, beyond):
        self._ask()
        packed = self._alive(self.values, key)
        if packed is not None and Entry.unpack(packed).fresh_until > beyond:
            return packed
        if self._alive(self.leases, key) is not None:
            return False
        self.leases[key] = (token, self.now() + lease_seconds)
        return True

    async def fill(self, key, token, value, expire_seconds):
        self._ask()
        if self._alive(self.leases, key) in {token, None}:
            self.values[key] = (value, self.now() + expire_seconds)
            self.leases.pop(key, None)

    async def release(self, key, token):
        self._ask()
        if self._alive(self.leases, key) == token:
            del self.leases[key]

    def _alive(self, kept, key):
        value, expires_at = kept.get(key, (None, 0))
        return value if self.now() < expires_at else None

    def _ask(self):
        self.asked += 1
        if self.down:
            raise CacheUnavailableError("down")
