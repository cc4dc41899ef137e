import pytest

from commerce_app.errors import CacheUnavailableError, CircuitOpenError, LoadShedError, RateLimitedError
from commerce_app.metrics import Metrics
from commerce_app.resilience.rate_limit import LocalRates, Scope, Verdict
from commerce_app.resilience.rate_profiles import CHARGES, ORDERS, PAGES, PROFILES, Profile
from commerce_app.resilience.rates import Rates
from commerce_app.switches import Switch, Switches


class World:
    """Rates whose shared part says what it is told to, and remembers what it was asked."""

    def __init__(self):
        self.metrics = Metrics()
        self.switches = Switches([Switch.RATE_LIMITS])
        self.says = Verdict()
        self.asked = []
        self.rates = Rates(
            self, LocalRates(), self.switches, self.metrics, profile=Profile.NORMAL, now=lambda: 1.0
        )

    async def admit(self, route, user_id, limits):
        self.asked.append((route, user_id, limits))
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def world():
    return World()


async def test_switched_off_nobody_is_asked(world):
    world.switches.set({Switch.RATE_LIMITS: False})
    await world.rates.admit(ORDERS, 7)
    assert world.asked == []


async def test_the_profile_is_that_of_the_setting_or_of_the_switch(world):
    await world.rates.admit(CHARGES, 7)
    world.switches.set({Switch.SPIKE_PROFILE: True})
    await world.rates.admit(CHARGES, 7)
    assert world.asked == [(CHARGES, 7, PROFILES[profile][CHARGES]) for profile in Profile]


async def test_a_user_over_his_rate_is_told_when_to_come_back(world):
    world.says = Verdict(Scope.USER, 4_200_000)
    with pytest.raises(RateLimitedError) as refused:
        await world.rates.admit(ORDERS, 7)
    assert refused.value.retry_after_seconds == 5
    assert world.metrics.rate_limited.labels(ORDERS, "user")._value.get() == 1


async def test_a_route_over_its_rate_is_a_failure_of_the_shop(world):
    world.says = Verdict(Scope.ROUTE, 1)
    with pytest.raises(LoadShedError) as refused:
        await world.rates.admit(PAGES)
    assert refused.value.retry_after_seconds == 1
    assert world.metrics.load_shed.labels("route_limit")._value.get() == 1


@pytest.mark.parametrize("trouble", [CacheUnavailableError("gone"), CircuitOpenError("rate_limits", 3)])
async def test_without_redis_the_process_counts_alone(world, trouble):
    world.says = trouble
    await world.rates.admit(ORDERS, 7)
    with pytest.raises(RateLimitedError):
        await world.rates.admit(ORDERS, 7)
    await world.rates.admit(ORDERS, 8)
    assert world.metrics.rate_limit_fallbacks._value.get() == 3
