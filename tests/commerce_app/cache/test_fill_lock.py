import pytest

from commerce_app.cache.fill_lock import FillLock, Patience
from commerce_app.errors import CacheUnavailableError

PATIENCE = Patience(expire_seconds=3, wait_seconds=0.003, poll_seconds=0.001)


class FakeServer:
    def __init__(self):
        self.locks = {}
        self.values = []
        self.down = False

    async def lock(self, key, token, _expire_seconds):
        if self.down:
            raise CacheUnavailableError("down")
        return self.locks.setdefault(key, token) == token

    async def unlock(self, key, token):
        if self.locks.get(key) == token:
            del self.locks[key]

    async def get(self, _key):
        if self.down:
            raise CacheUnavailableError("down")
        return self.values.pop(0) if self.values else None


@pytest.fixture
def server():
    return FakeServer()


def fill_lock(server, token):
    return FillLock(server, PATIENCE, lambda: token)


async def test_one_of_two_holds_it_and_gives_it_back(server):
    async with fill_lock(server, "a").hold("k") as first:
        async with fill_lock(server, "b").hold("k") as second:
            assert (first, second) == (True, False)
        assert server.locks == {"lock:k": "a"}
    assert server.locks == {}


async def test_it_is_given_back_when_the_fill_fails(server):
    with pytest.raises(OSError, match="down"):
        async with fill_lock(server, "a").hold("k"):
            raise OSError("down")
    assert server.locks == {}


async def test_without_redis_everybody_fills(server):
    server.down = True
    async with fill_lock(server, "a").hold("k") as ours:
        assert ours
    assert await fill_lock(server, "a").wait_for_fill("k") is None


async def test_a_loser_takes_what_the_winner_wrote(server):
    server.values = [None, b"filled"]
    assert await fill_lock(server, "a").wait_for_fill("k") == b"filled"


async def test_a_loser_waits_no_longer_than_his_patience(server):
    assert await fill_lock(server, "a").wait_for_fill("k") is None
