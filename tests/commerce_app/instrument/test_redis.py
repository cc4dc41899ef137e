import copy

import pytest
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import MaxConnectionsError, NoScriptError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from commerce_app.instrument.redis import MeasuredPool, MeasuredRetry, redis_error_type
from commerce_app.metrics import Metrics


@pytest.fixture
def metrics():
    return Metrics()


@pytest.mark.parametrize(
    ("error", "label"),
    [
        (RedisTimeoutError(), "timeout"),
        (TimeoutError(), "timeout"),
        (MaxConnectionsError(), "pool_exhausted"),
        (RedisConnectionError(), "connection"),
        (ConnectionResetError(), "connection"),
        (RuntimeError("uvloop's reset"), "connection"),
        (ResponseError(), "other"),
    ],
)
def test_error_types(error, label):
    assert redis_error_type(error) == label


async def test_each_failed_attempt_and_each_retry_is_counted(metrics):
    async def fail():
        raise RedisTimeoutError

    async def nothing(_error):
        pass

    retry = MeasuredRetry(NoBackoff(), 10, metrics)
    with pytest.raises(RedisTimeoutError):
        await retry.call_with_retry(fail, nothing)
    assert metrics.redis_errors.labels("timeout")._value.get() == 11
    assert metrics.redis_retries._value.get() == 10


async def test_a_script_that_the_server_does_not_know_yet_is_no_failure(metrics):
    """redis-py sends it then; a restarted Redis knows none."""

    async def ask():
        raise NoScriptError

    with pytest.raises(NoScriptError):
        await MeasuredRetry(NoBackoff(), 0, metrics).call_with_retry(ask, None)
    assert metrics.redis_errors.labels("other")._value.get() == 0


def test_connections_share_the_counters_of_their_retry_policy(metrics):
    retry = MeasuredRetry(NoBackoff(), 10, metrics)
    assert copy.deepcopy(retry) is retry


async def test_an_exhausted_pool_is_counted(metrics):
    pool = MeasuredPool(metrics, host="127.0.0.1", port=1, max_connections=1)
    pool.get_available_connection()
    with pytest.raises(MaxConnectionsError):
        await pool.get_connection()
    assert metrics.redis_errors.labels("pool_exhausted")._value.get() == 1
    assert metrics.pool_timeouts.labels("redis")._value.get() == 1
    assert pool.counts() == (0, 1)
