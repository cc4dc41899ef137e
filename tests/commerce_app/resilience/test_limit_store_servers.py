"""The rates in a real Redis: the script decides as the model does, for all processes, and fails none."""

import asyncio
import itertools
import time
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commerce_app.cache.redis_tier import fast_pool
from commerce_app.metrics import Metrics
from commerce_app.resilience.breaker import Breaker, Threshold
from commerce_app.resilience.circuit import Circuit
from commerce_app.resilience.limit_store import SharedRates
from commerce_app.resilience.rate_limit import LocalRates, Scope, Verdict
from commerce_app.resilience.rate_profiles import RouteLimits, RouteRate, UserRate
from commerce_app.switches import Switch, Switches
from tests.commerce_app.shop_client import asking, order, statuses

pytestmark = pytest.mark.servers

LIMITED = frozenset({Switch.RATE_LIMITS})
NUMBERS = itertools.count()


@asynccontextmanager
async def sharing(url):
    """Rates of one process; patient, as these tests are about what is decided."""
    metrics = Metrics()
    circuit = Circuit(
        "rate_limits",
        Breaker(Threshold()),
        Switch.RATE_LIMITS,
        Switches(),
        metrics,
        now=time.monotonic,
    )
    rates = SharedRates(fast_pool(url, metrics, 30), circuit, 30)
    try:
        yield rates
    finally:
        await rates.close()


def a_route():
    """One that no test has asked for."""
    return f"/test/{next(NUMBERS)}"


STEPS = st.lists(
    st.tuples(st.integers(0, 40_000_000), st.sampled_from([None, 1, 2])), min_size=1, max_size=40
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.integers(1, 200), st.integers(1, 10), st.integers(1, 4))
def test_the_script_decides_as_the_model_does(servers, steps, per_minute, burst, count):
    limits = RouteLimits(RouteRate(per_minute / 60, burst), UserRate(count, 60))

    async def compare():
        route, at, model = a_route(), 1_764_000_000_000_000, LocalRates()
        async with sharing(servers.valkey.url) as rates:
            for later, user in steps:
                at += later
                said = await rates.admit(route, user, limits, at)
                assert said == model.admit(route, user, limits, at)

    asyncio.run(compare())


async def test_processes_share_what_a_user_may_do(servers):
    limits, route = RouteLimits(RouteRate(1000, 1000), UserRate(5, 600)), a_route()
    async with sharing(servers.valkey.url) as one, sharing(servers.valkey.url) as other:
        asked = [rates.admit(route, 1, limits) for _ in range(20) for rates in (one, other)]
        verdicts = await asyncio.gather(*asked)
    assert Counter(verdict.refused_by for verdict in verdicts) == {None: 5, Scope.USER: 35}
    assert max(verdict.wait_microseconds for verdict in verdicts) <= 600_000_000


async def test_nothing_stays_in_redis_for_ever(servers, shop):
    route = a_route()
    async with sharing(servers.valkey.url) as rates:
        assert await rates.admit(route, 1, RouteLimits(RouteRate(1, 1), UserRate(1, 60))) == Verdict()
    redis = shop.redis._default
    assert 0 < await redis.pttl(f"rate:{route}") <= 1_000
    assert 0 < await redis.pttl(f"rate:{route}:1") <= 60_000


async def test_two_shops_let_one_user_order_once_a_second(settings):
    limited = replace(settings, switches=LIMITED, redis_fast_timeout_seconds=30)
    async with asking(limited) as one, asking(limited) as other:
        answers = await asyncio.gather(*(order(client, 110, 40) for client in (one, other)))
    assert statuses(answers) == {201: 1, 429: 1}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (refused.json()["error_type"], refused.headers["Retry-After"]) == ("rate_limited", "1")


async def test_without_the_switch_each_shop_counts_alone(settings):
    async with asking(settings) as one, asking(settings) as other:
        answers = await asyncio.gather(*(order(client, 111, 40) for client in (one, other)))
    assert statuses(answers) == {201: 2}


async def test_no_request_fails_because_redis_is_gone(settings):
    gone = replace(
        settings, redis_url="redis://127.0.0.1:1/0", switches=LIMITED | {Switch.REDIS_FAST_TIMEOUTS}
    )
    async with asking(gone) as client:
        pages = [await client.get("/products/1") for _ in range(30)]
        assert statuses(pages) == {200: 30}
        assert (await order(client, 112, 40)).status_code == 201
        assert (await order(client, 112, 40)).status_code == 429
        metrics = client.shop.metrics
        assert metrics.rate_limit_fallbacks._value.get() == 31
        assert metrics.breaker_state.labels("rate_limits", "open")._value.get() == 1
