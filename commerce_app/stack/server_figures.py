"""Asks the servers again and again beside the scrapes, which a server that hangs must not hold up."""

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, TypeVar

import asyncpg
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from redis.asyncio import Redis
from redis.exceptions import RedisError

from commerce_app.stack.postgres_figures import PostgresFigures, postgres_metrics, read_figures
from commerce_app.stack.redis_figures import redis_metrics

EVERY_SECONDS = 2.0
ANSWER_SECONDS = 2.0
FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, RedisError)
# The variables of the shop's own settings, and what their servers are called.
DATABASES = {"DATABASE_URL": "primary", "REPLICA_URL": "replica"}
REDIS = "REDIS_URL"

T = TypeVar("T")
log = logging.getLogger(__name__)


class ServerFigures(Collector):
    """``environment`` names the servers, each by its variable or not at all."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._databases = {
            server: environment[variable] for variable, server in DATABASES.items() if variable in environment
        }
        self._redis_url = environment.get(REDIS)
        self._postgres: dict[str, PostgresFigures | None] = dict.fromkeys(self._databases)
        self._redis: Mapping[str, Any] | None = None
        self._down: set[str] = set()

    def collect(self) -> Iterable[Metric]:
        if self._databases:
            yield from postgres_metrics(dict(self._postgres))
        if self._redis_url is not None:
            yield from redis_metrics(self._redis)

    async def watch(self) -> None:
        """Ask all servers for ever."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Ask each of them once; what does not answer within 2 s is down."""
        figures = await asyncio.gather(
            *(self._answer(server, _ask_database(url)) for server, url in self._databases.items())
        )
        self._postgres = dict(zip(self._databases, figures, strict=True))
        if self._redis_url is not None:
            self._redis = await self._answer("redis", _ask_redis(self._redis_url))

    async def _answer(self, server: str, answer: Awaitable[T]) -> T | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await answer
        except FAILURES as error:
            if server not in self._down:
                log.warning("%s does not answer: %s", server, str(error) or type(error).__name__)
            self._down.add(server)
            return None
        self._down.discard(server)
        return found


async def _ask_database(url: str) -> PostgresFigures:
    connection = await asyncpg.connect(url, server_settings={"application_name": "fireline-stack-exporter"})
    try:
        return await read_figures(connection)
    finally:
        connection.terminate()


async def _ask_redis(url: str) -> Mapping[str, Any]:
    async with Redis.from_url(url) as redis:
        info: Mapping[str, Any] = await redis.info("all")
        return info
