from contextlib import asynccontextmanager

import pytest

from commerce_app.errors import CircuitOpenError, InFlightError, LoadShedError, RateLimitedError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.replays import Replays

KEY = RequestKey("order:1", "a", "print")
KEPT = Answer(201, b"{}", replayed=True)


class Primary:
    looked = 0
    away = False

    def execution_options(self, **_options):
        return self

    @asynccontextmanager
    async def connect(self):
        if self.away:
            raise ConnectionRefusedError
        self.looked += 1
        yield self


class Keys:
    kept = KEPT

    async def find(self, _connection, _key):
        if isinstance(self.kept, Exception):
            raise self.kept
        return self.kept


@pytest.fixture
def primary():
    return Primary()


@pytest.fixture
def keys():
    return Keys()


def unless(primary, keys, error, key=KEY):
    async def enter():
        if error is not None:
            raise error

    return Replays(primary, keys).unless(enter(), key)


async def test_who_is_let_in_is_not_looked_up(primary, keys):
    assert await unless(primary, keys, None) is None
    assert primary.looked == 0


REFUSALS = [
    RateLimitedError("1 per 1 s", 1),
    CircuitOpenError("replica", 1),
    LoadShedError("loads", 1),
    ConnectionResetError(),
]


@pytest.mark.parametrize("error", REFUSALS)
async def test_an_answer_that_is_kept_is_given_to_whoever_is_not_let_in(primary, keys, error):
    assert await unless(primary, keys, error) is KEPT


@pytest.mark.parametrize("error", REFUSALS)
async def test_what_has_no_answer_is_refused_as_it_was(primary, keys, error):
    keys.kept = None
    with pytest.raises(type(error)):
        await unless(primary, keys, error)
    with pytest.raises(type(error)):
        await unless(primary, keys, error, key=None)


async def test_a_key_under_way_says_so(primary, keys):
    keys.kept = InFlightError()
    with pytest.raises(InFlightError):
        await unless(primary, keys, RateLimitedError("1 per 1 s", 1))


async def test_a_crowd_is_turned_away_without_asking_the_primary(primary, keys):
    with pytest.raises(LoadShedError):
        await unless(primary, keys, LoadShedError("route_limit", 1))
    assert primary.looked == 0


async def test_where_the_key_cannot_be_looked_up_the_refusal_stands(primary, keys):
    primary.away = True
    with pytest.raises(RateLimitedError):
        await unless(primary, keys, RateLimitedError("1 per 1 s", 1))
