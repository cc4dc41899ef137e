"""The rate limits at work: all processes' together, or this one's alone while Redis does not answer."""

from collections.abc import Callable
from typing import Protocol

from commerce_app.errors import CacheUnavailableError, CircuitOpenError, LoadShedError, RateLimitedError
from commerce_app.metrics import Metrics
from commerce_app.resilience.pace import whole_seconds
from commerce_app.resilience.rate_limit import MICROSECONDS, LocalRates, Scope, Verdict
from commerce_app.resilience.rate_profiles import PROFILES, Profile, RouteLimits
from commerce_app.switches import Switch, Switches

ROUTE_LIMIT = "route_limit"


class Shared(Protocol):
    """Raises CacheUnavailableError or CircuitOpenError when it cannot say."""

    async def admit(self, route: str, user_id: int | None, limits: RouteLimits) -> Verdict: ...


class Rates:
    """``profile`` is in force unless the switch ``spike_profile`` is on. ``now`` in Unix seconds."""

    def __init__(
        self,
        shared: Shared,
        local: LocalRates,
        switches: Switches,
        metrics: Metrics,
        *,
        profile: Profile,
        now: Callable[[], float],
    ) -> None:
        self._shared = shared
        self._local = local
        self._switches = switches
        self._metrics = metrics
        self._profile = profile
        self._now = now

    @property
    def profile(self) -> Profile:
        return Profile.SPIKE if self._switches.on(Switch.SPIKE_PROFILE) else self._profile

    async def admit(self, route: str, user_id: int | None = None) -> None:
        """Count a request of the route.

        Raises RateLimitedError when the user asks too often, LoadShedError when all together do: that is no
        user's fault and counts as a failure of the shop.
        """
        if not self._switches.on(Switch.RATE_LIMITS):
            return
        verdict = await self._verdict(route, user_id, PROFILES[self.profile][route])
        if verdict.refused_by is None:
            return
        self._metrics.rate_limited.labels(route, verdict.refused_by).inc()
        retry_after_seconds = whole_seconds(verdict.wait_microseconds / MICROSECONDS)
        if verdict.refused_by is Scope.ROUTE:
            self._metrics.load_shed.labels(ROUTE_LIMIT).inc()
            raise LoadShedError(ROUTE_LIMIT, retry_after_seconds)
        raise RateLimitedError(f"too many requests of user {user_id}", retry_after_seconds)

    async def _verdict(self, route: str, user_id: int | None, limits: RouteLimits) -> Verdict:
        try:
            return await self._shared.admit(route, user_id, limits)
        except (CacheUnavailableError, CircuitOpenError):
            self._metrics.rate_limit_fallbacks.inc()
            return self._local.admit(route, user_id, limits, round(self._now() * MICROSECONDS))
