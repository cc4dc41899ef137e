"""What a proxy costs when nothing is wrong: how much longer a round trip through it takes."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from commerce_app.drill.errors import CommandError
from commerce_app.drill.lines import Lines

ROUND_TRIPS = 100
ANSWER_SECONDS = 10.0
VARIABLES = {"primary": "DATABASE_URL", "replica": "REPLICA_URL", "redis": "REDIS_URL"}
Ask = Callable[[], Awaitable[object]]


def measure_lines(lines: Lines) -> dict[str, float]:
    """Seconds that the proxy before each server adds to the median round trip of an idle connection.

    Raises:
        CommandError: when a server does not answer through its proxy.
    """
    direct, proxied = lines.direct(), lines.environment()
    added = {}
    for server in lines.proxies:
        variable = VARIABLES[server]
        try:
            added[server] = asyncio.run(_added_seconds(direct[variable], proxied[variable]))
        except (OSError, asyncpg.PostgresError, RedisError) as error:
            raise CommandError(f"fault proxy before {server}: no answer ({error})") from error
    return added


def spell_cost(added: dict[str, float]) -> str:
    """As it is printed: ``redis (+0.12 ms a round trip)``."""
    parts = [f"{server} ({1000 * seconds:+.2f} ms a round trip)" for server, seconds in added.items()]
    return ", ".join(parts) or "no server"


async def _added_seconds(direct: str, proxied: str) -> float:
    """Both in turn, so that whatever else the machine does falls on both alike."""
    async with _asking(direct) as ask_directly, _asking(proxied) as ask_through:
        pairs = [(await _timed(ask_directly), await _timed(ask_through)) for _ in range(ROUND_TRIPS)]
    return statistics.median(through for _, through in pairs) - statistics.median(each for each, _ in pairs)


async def _timed(ask: Ask) -> float:
    start = time.perf_counter()
    await ask()
    return time.perf_counter() - start


@asynccontextmanager
async def _asking(url: str) -> AsyncIterator[Ask]:
    """The smallest question that the server answers, on a connection that stands."""
    if url.startswith("redis"):
        async with Redis.from_url(url, socket_timeout=ANSWER_SECONDS) as client:
            yield client.ping
    else:
        connection = await asyncpg.connect(url, timeout=ANSWER_SECONDS)
        try:
            yield lambda: connection.execute("SELECT 1", timeout=ANSWER_SECONDS)
        finally:
            connection.terminate()
