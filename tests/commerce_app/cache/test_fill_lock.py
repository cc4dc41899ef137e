import pytest

from commerce_app.cache.fill_lock import FillLock, Holder, Patience
from commerce_app.errors import CacheUnavailableError

PATIENCE = Patience(expire_seconds=3, wait_seconds=0.003, poll_seconds=0.001)


class FakeServer:
    def __init__(self):
        self.locks = {}
        self.unlocks = []
        self.values = []
        self.asked = 0
        self.down = False

    async def lock(self, key, token, _expire_seconds):
        if self.down:
            raise CacheUnavailableError("down")
        return self.locks.setdefault(key, token) == token

    async def unlock(self, key, token):
        self.unlocks.append(token)
        if self.locks.get(key) == token:
            del self.locks[key]

    async def get(self, _key):
        self.asked += 1
        if self.down:
            raise CacheUnavailableError("down")
        return self.values.pop(0) if self.values else None


@pytest.fixture
def server():
    return FakeServer()


def fill_lock(server, token):
    return FillLock(server, PATIENCE, lambda: token)


def is_fresh(packed):
    return packed != b"expired"


async def find_fill(server, holder):
    return await fill_lock(server, "a").find_fill("k", holder, is_fresh)


async def test_one_of_two_holds_it_and_gives_it_back(server):
    async with fill_lock(server, "a").hold("k") as first:
        async with fill_lock(server, "b").hold("k") as second:
            assert (first, second) == (Holder.US, Holder.ANOTHER)
        assert server.locks == {"lock:k": "a"}
    assert server.locks == {}


async def test_only_the_holder_gives_it_back(server):
    async with fill_lock(server, "a").hold("k"), fill_lock(server, "b").hold("k"):
        pass
    assert server.unlocks == ["a"]


async def test_it_is_given_back_when_the_fill_fails(server):
    with pytest.raises(OSError, match="down"):
        async with fill_lock(server, "a").hold("k"):
            raise OSError("down")
    assert server.locks == {}


async def test_without_redis_everybody_fills_and_asks_it_nothing_more(server):
    server.down = True
    async with fill_lock(server, "a").hold("k") as holder:
        assert holder is Holder.NOBODY
    assert await find_fill(server, holder) is None
    assert server.asked == 0


@pytest.mark.parametrize("holder", [Holder.US, Holder.ANOTHER])
async def test_when_redis_goes_away_nobody_asks_it_again(server, holder):
    server.down = True
    assert await find_fill(server, holder) is None
    assert server.asked == 1


@pytest.mark.parametrize(
    ("values", "found", "asked"),
    [([None, b"filled"], b"filled", 2), ([b"expired", b"filled"], b"filled", 2), ([], None, 3)],
)
async def test_a_loser_waits_for_what_the_winner_writes_as_long_as_his_patience(server, values, found, asked):
    server.values = values
    assert await find_fill(server, Holder.ANOTHER) == found
    assert server.asked == asked


@pytest.mark.parametrize(
    ("values", "found"), [([b"filled"], b"filled"), ([b"expired"], None), ([None, b"filled"], None)]
)
async def test_the_winner_looks_once_more(server, values, found):
    server.values = values
    assert await find_fill(server, Holder.US) == found
    assert server.asked == 1
