"""A Redis for one test: keeps values and leases until they expire, and counts what it was asked."""

from itertools import count

from commerce_app.cache.entry import Entry
from commerce_app.cache.lease import Claim
from commerce_app.errors import CacheUnavailableError


class FakeRedis:
    """``down`` makes it fail like a Redis that does not answer."""

    def __init__(self, now):
        self.now = now
        self.values = {}
        self.leases = {}
        self.stored = {}
        self.numbers = count(1)
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

    async def lease(self, key, lease_seconds, beyond):
        self._ask()
        entry = Entry.unpack(self._alive(self.values, key))
        if entry is not None and entry.fresh_until > beyond:
            return entry.pack()
        number = next(self.numbers)
        won = self._alive(self.leases, key) is None
        if won:
            self.leases[key] = (number, self.now() + lease_seconds)
        return Claim(number, won)

    async def fill(self, key, number, value, expire_seconds):
        self._ask()
        holder = self._alive(self.leases, key)
        if holder == number:
            del self.leases[key]
        if max(holder or 0, self.stored.get(key, 0)) > number:
            return False
        self.values[key] = (value, self.now() + expire_seconds)
        self.stored[key] = number
        return True

    async def release(self, key, number):
        self._ask()
        if self._alive(self.leases, key) == number:
            del self.leases[key]

    def _alive(self, kept, key):
        value, expires_at = kept.get(key, (None, 0))
        return value if self.now() < expires_at else None

    def _ask(self):
        self.asked += 1
        if self.down:
            raise CacheUnavailableError("down")
