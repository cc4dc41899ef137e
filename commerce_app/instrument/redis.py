"""Measures redis-py: errors and retries inside its retry loop, waiting and use in its pool."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeVar

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import AbstractBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import MaxConnectionsError, NoScriptError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from commerce_app.metrics import Metrics

T = TypeVar("T")
# With uvloop a reset connection surfaces as a bare RuntimeError.
REDIS_FAILURES = (RedisError, OSError, TimeoutError, RuntimeError)


def redis_error_type(error: BaseException) -> str:
    """The label of a failure: timeout, pool_exhausted, connection or other."""
    if isinstance(error, RedisTimeoutError | TimeoutError):
        return "timeout"
    if isinstance(error, MaxConnectionsError):
        return "pool_exhausted"
    if isinstance(error, RedisConnectionError | OSError | RuntimeError):
        return "connection"
    return "other"


class MeasuredRetry(Retry):
    """redis-py's retry loop; counts each failed attempt and each attempt after the first."""

    def __init__(self, backoff: AbstractBackoff, retries: int, metrics: Metrics) -> None:
        super().__init__(backoff, retries)
        self._metrics = metrics

    def __deepcopy__(self, _memo: object) -> Self:
        # redis-py copies it for every connection; the counters are shared.
        return self

    async def call_with_retry(
        self,
        do: Callable[[], Awaitable[T]],
        fail: Callable[..., Any],
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> T:
        attempts = 0

        async def attempt() -> T:
            nonlocal attempts
            attempts += 1
            if attempts > 1:
                self._metrics.redis_retries.inc()
            try:
                return await do()
            except NoScriptError:
                # How redis-py learns that it has to send the script: no failure of anything.
                raise
            except REDIS_FAILURES as error:
                self._metrics.redis_errors.labels(redis_error_type(error)).inc()
                raise
            except asyncio.CancelledError:
                self._metrics.redis_errors.labels("timeout").inc()
                raise

        return await super().call_with_retry(attempt, fail, is_retryable, with_failure_count)


class MeasuredPool(ConnectionPool):
    """redis-py's pool; counts waiting for a connection, holding one, and getting none."""

    def __init__(self, metrics: Metrics, **connection: Any) -> None:  # noqa: ANN401 -- passed on to redis-py
        super().__init__(**connection)
        self._metrics = metrics
        self._taken: dict[int, float] = {}

    async def get_connection(
        self,
        command_name: str | None = None,
        *keys: object,
        **options: object,
    ) -> AbstractConnection:
        started = time.perf_counter()
        try:
            connection: AbstractConnection = await super().get_connection()  # type: ignore[no-untyped-call]  # not annotated there
        except MaxConnectionsError:
            self._metrics.pool_timeouts.labels("redis").inc()
            self._metrics.redis_errors.labels("pool_exhausted").inc()
            raise
        now = time.perf_counter()
        self._metrics.pool_wait_seconds.labels("redis").observe(now - started)
        self._taken[id(connection)] = now
        return connection

    async def release(self, connection: AbstractConnection) -> None:
        taken = self._taken.pop(id(connection), None)
        if taken is not None:
            self._metrics.pool_use_seconds.labels("redis").observe(time.perf_counter() - taken)
        await super().release(connection)

    def counts(self) -> tuple[int, int]:
        """(idle, used) connections."""
        idle, used = self.get_connection_count()
        return idle[0], used[0]
