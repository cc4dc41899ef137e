"""The shared tier: Redis behind a breaker, through an impatient client or one with library defaults."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from redis.asyncio import Redis
from redis.asyncio.connection import parse_url
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.commands.core import AsyncScript
from redis.maint_notifications import MaintNotificationsConfig

from commerce_app.cache.lease import Claim
from commerce_app.cache.lease_scripts import FILL, RELEASE, TAKE, script_keys
from commerce_app.errors import CacheUnavailableError, CircuitOpenError
from commerce_app.instrument.redis import REDIS_FAILURES, MeasuredPool, MeasuredRetry, redis_error_type
from commerce_app.metrics import Metrics
from commerce_app.resilience.circuit import Circuit
from commerce_app.resilience.deadline import within
from commerce_app.switches import Switch, Switches

T = TypeVar("T")
_ERROR_LABELS = {"pool_exhausted": "connection"}


# As many as redis-py's own pool holds.
CONNECTIONS = 100


def default_pool(url: str, metrics: Metrics, connections: int = CONNECTIONS) -> MeasuredPool:
    """What ``Redis(host=…)`` of redis-py 8.1 is: 5 s timeouts, 10 retries, a pool of 100."""
    backoff = ExponentialWithJitterBackoff(base=0.01, cap=1)
    retry = MeasuredRetry(backoff, 10, metrics)
    return MeasuredPool(metrics, retry=retry, **{"max_connections": connections, **parse_url(url)})


def fast_pool(
    url: str, metrics: Metrics, timeout_seconds: float, connections: int = CONNECTIONS
) -> MeasuredPool:
    """Gives up soon and never tries again; a connection is one round trip sooner ready."""
    return MeasuredPool(
        metrics,
        retry=MeasuredRetry(NoBackoff(), 0, metrics),
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
        **{"max_connections": connections, **parse_url(url)},
    )


class RedisTier:
    """Raises CacheUnavailableError, and nothing else, when Redis cannot be asked or does not answer.

    Every call ends with the deadline of its request. ``fast_call_seconds`` bounds a whole call of the
    impatient client, whose socket time-outs count anew for each read: connecting, greeting and answer.
    """

    def __init__(
        self,
        default: MeasuredPool,
        fast: MeasuredPool,
        switches: Switches,
        circuit: Circuit,
        metrics: Metrics,
        *,
        fast_call_seconds: float,
    ) -> None:
        self._pools = (default, fast)
        self._default = Redis(connection_pool=default)
        self._fast = Redis(connection_pool=fast)
        self._switches = switches
        self._circuit = circuit
        self._metrics = metrics
        self._fast_call_seconds = fast_call_seconds
        self._take: AsyncScript = self._default.register_script(TAKE)
        self._fill: AsyncScript = self._default.register_script(FILL)
        self._release: AsyncScript = self._default.register_script(RELEASE)
        self._show_pools()

    async def get(self, key: str) -> bytes | None:
        # The clients do not decode, whatever redis-py's annotations allow.
        return cast("bytes | None", await self._call("GET", lambda redis: redis.get(key)))

    async def set(self, key: str, value: bytes, expire_seconds: float) -> None:
        await self._call("SET", lambda redis: redis.set(key, value, px=int(expire_seconds * 1000)))

    async def delete(self, keys: list[str]) -> None:
        await self._call("DEL", lambda redis: redis.delete(*keys))

    async def lease(self, key: str, lease_seconds: float, beyond: float) -> bytes | Claim:
        """The entry if it is fresh beyond that time, else a claim to the lease; one atomic step."""
        answer = await self._run(self._take, key, int(lease_seconds * 1000), beyond)
        if isinstance(answer, bytes):
            return answer
        won, number = cast("list[int | bytes]", answer)
        return Claim(int(number), bool(won))

    async def fill(self, key: str, number: int, value: bytes, expire_seconds: float) -> bool:
        """Give the lease back, and store unless something newer is there or to come; one atomic step."""
        return bool(await self._run(self._fill, key, number, value, int(expire_seconds * 1000)))

    async def release(self, key: str, number: int) -> None:
        """Give the lease back if it is still ours."""
        await self._run(self._release, key, number)

    async def close(self) -> None:
        for pool in self._pools:
            await pool.aclose()

    async def _run(self, script: AsyncScript, key: str, *args: bytes | str | float) -> object:
        keys = script_keys(key)
        return await self._call("EVALSHA", lambda redis: script(keys=keys, args=args, client=redis))

    async def _call(self, operation: str, call: Callable[[Redis], Awaitable[T]]) -> T:
        try:
            async with self._circuit.call():
                return await self._timed(operation, call)
        except CircuitOpenError as error:
            raise CacheUnavailableError(str(error)) from error

    async def _timed(self, operation: str, call: Callable[[Redis], Awaitable[T]]) -> T:
        fast = self._switches.on(Switch.REDIS_FAST_TIMEOUTS)
        started = time.perf_counter()
        error_type = ""
        try:
            async with within(self._fast_call_seconds if fast else math.inf):
                return await call(self._fast if fast else self._default)
        except REDIS_FAILURES as error:
            error_type = redis_error_type(error)
            raise CacheUnavailableError(f"{operation}: {error}") from error
        except asyncio.CancelledError:
            error_type = "timeout"  # the deadline's, which ends the request as well
            raise
        finally:
            seconds = time.perf_counter() - started
            label = _ERROR_LABELS.get(error_type, error_type)
            self._metrics.operation_seconds.labels("redis", operation, label, "redis").observe(seconds)

    def _show_pools(self) -> None:
        labelled = self._metrics.pool_connections.labels
        labelled("redis", "idle").set_function(lambda: self._pool().counts()[0])
        labelled("redis", "used").set_function(lambda: self._pool().counts()[1])
        self._metrics.pool_max.labels("redis").set_function(lambda: self._pool().max_connections)

    def _pool(self) -> MeasuredPool:
        """Whose connections calls take now: what is used is to be held against its limit."""
        return self._pools[self._switches.on(Switch.REDIS_FAST_TIMEOUTS)]
