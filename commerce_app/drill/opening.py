"""The books with which an act begins: the seeded database, copied afresh for each act, on both servers."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import asyncpg

from commerce_app.drill.errors import CommandError
from commerce_app.stack.postgres import DATABASE, PostgresServer
from commerce_app.stack.stack import Servers

SEEDED = f"{DATABASE}_seeded"
STATEMENT_SECONDS = 60.0
REPLAY_SECONDS = 60.0
POLL_SECONDS = 0.05
# From this version on a copy goes through the log unless it is told otherwise: it would fill the buffers.
FILE_COPY_SINCE = 150_000

OPENING = """
SELECT (SELECT sum(available) FROM stock) AS stock,
       (SELECT sum(available) FROM coupons) AS coupons,
       (SELECT count(*) FROM coupon_claims) AS claims,
       (SELECT sum(balance) FROM wallets) AS balances,
       (SELECT count(*) FROM orders) AS orders,
       (SELECT count(*) FROM orders WHERE status IN ('reserved', 'paid')) AS held
"""


def open_books(servers: Servers, seed: Callable[[], None]) -> Mapping[str, int]:
    """Put the seeded database in the place of whatever an earlier act left, and say what is in it.

    ``seed`` fills the shop's empty database; it is called the first time only. The figures are the replica's.

    Raises:
        CommandError: when a server refuses, or the replica does not follow.
    """
    try:
        if asyncio.run(_number(servers.primary, SEEDED)) is None:
            seed()
            asyncio.run(_keep(servers.primary))
        return asyncio.run(_open(servers))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CommandError(f"a fresh database: {error or type(error).__name__}") from error


async def _keep(primary: PostgresServer) -> None:
    await _ask(primary.maintenance_url, f"ALTER DATABASE {DATABASE} RENAME TO {SEEDED}")


async def _open(servers: Servers) -> Mapping[str, int]:
    primary, replica = servers.primary, servers.replica
    (version,) = await _ask(primary.maintenance_url, "SELECT current_setting('server_version_num')::int")
    how = "STRATEGY FILE_COPY" if version[0] >= FILE_COPY_SINCE else ""
    await _ask(primary.maintenance_url, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    await _ask(primary.maintenance_url, f"CREATE DATABASE {DATABASE} TEMPLATE {SEEDED} {how}")
    number, deadline = await _number(primary, DATABASE), time.monotonic() + REPLAY_SECONDS
    while await _number(replica, DATABASE) != number:
        if time.monotonic() >= deadline:
            raise CommandError(f"the replica: expected the fresh database within {REPLAY_SECONDS:g} s")
        await asyncio.sleep(POLL_SECONDS)
    (figures,) = await _ask(replica.url, OPENING)
    return {name: int(figure) for name, figure in figures.items()}


async def _number(server: PostgresServer, database: str) -> int | None:
    """A database's own number, which no other gets; None where there is none of that name."""
    statement = "SELECT oid::bigint FROM pg_database WHERE datname = $1"
    found = await _ask(server.maintenance_url, statement, database)
    return int(found[0][0]) if found else None


async def _ask(url: str, statement: str, *values: str) -> list[Any]:
    connection = await asyncpg.connect(url, timeout=STATEMENT_SECONDS)
    try:
        return list(await connection.fetch(statement, *values, timeout=STATEMENT_SECONDS))
    finally:
        connection.terminate()
