"""Rates shared by all processes: one script in Redis decides and counts, in one round trip."""

from collections.abc import Sequence
from typing import cast

from redis.asyncio import ConnectionPool, Redis
from redis.commands.core import AsyncScript

from commerce_app.errors import CacheUnavailableError
from commerce_app.instrument.redis import REDIS_FAILURES
from commerce_app.resilience.circuit import Circuit
from commerce_app.resilience.deadline import within
from commerce_app.resilience.rate_limit import (
    Scope,
    Verdict,
    lead_microseconds,
    spacing_microseconds,
    window_microseconds,
)
from commerce_app.resilience.rate_profiles import RouteLimits

# KEYS: of the route (when its next request is due), of the user's log if he has one.
# ARGV: the time or '' for the server's own, spacing, lead; count, window. All times in microseconds.
# What it answers: '' or who refused, and the microseconds to wait. rate_limit.py says the same in Python.
SCRIPT = """
local at = tonumber(ARGV[1])
if not at then
  local now = redis.call('TIME')
  at = now[1] * 1000000 + now[2]
end
local spacing, lead = tonumber(ARGV[2]), tonumber(ARGV[3])
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or at), at)
if due - at > lead then
  return {'route', string.format('%.0f', due - at - lead)}
end
if KEYS[2] then
  local count, window = tonumber(ARGV[4]), tonumber(ARGV[5])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', at - window))
  local noted = redis.call('ZCARD', KEYS[2])
  if noted >= count then
    local oldest = redis.call('ZRANGE', KEYS[2], noted - count, noted - count, 'WITHSCORES')
    return {'user', string.format('%.0f', oldest[2] + window - at)}
  end
  redis.call('ZADD', KEYS[2], string.format('%.0f', at), string.format('%.0f-%d', at, noted))
  redis.call('PEXPIRE', KEYS[2], math.ceil(window / 1000))
end
local after = due + spacing
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.max(1, math.ceil((after - at) / 1000)))
return {'', '0'}
"""


class SharedRates:
    """Raises CacheUnavailableError, and nothing else, when Redis does not say in time."""

    def __init__(self, pool: ConnectionPool, circuit: Circuit, call_seconds: float) -> None:
        self._pool = pool
        self._circuit = circuit
        self._call_seconds = call_seconds
        self._script: AsyncScript = Redis(connection_pool=pool).register_script(SCRIPT)

    async def admit(
        self, route: str, user_id: int | None, limits: RouteLimits, at: int | None = None
    ) -> Verdict:
        """Count a request within both rates, else in neither; without ``at`` by the server's clock."""
        keys, args = _question(route, user_id, limits, at)
        try:
            async with self._circuit.call(), within(self._call_seconds):
                answer = await self._script(keys=keys, args=args)
        except REDIS_FAILURES as error:
            raise CacheUnavailableError(f"rate limits: {error}") from error
        refused_by, wait = cast("tuple[bytes, bytes]", answer)
        return Verdict(Scope(refused_by.decode()) if refused_by else None, int(wait))

    async def close(self) -> None:
        await self._pool.aclose()


def _question(
    route: str, user_id: int | None, limits: RouteLimits, at: int | None
) -> tuple[Sequence[str], Sequence[int | str]]:
    """The script's keys and arguments."""
    keys = [f"rate:{route}"]
    args = ["" if at is None else at, spacing_microseconds(limits.route), lead_microseconds(limits.route)]
    if user_id is not None and limits.user is not None:
        keys.append(f"rate:{route}:{user_id}")
        args += [limits.user.count, window_microseconds(limits.user)]
    return keys, args
