"""A few statements on one of the databases, on a connection of their own."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg

from commerce_app.faults.errors import FaultError

STATEMENT_SECONDS = 10.0
TRIES = 5
Connect = Callable[..., Awaitable[asyncpg.Connection]]


def execute(url: str, *statements: str, connect: Connect = asyncpg.connect) -> None:
    """Run them one after another, each in its own transaction; each may be run twice.

    A replica ends what is running there when its replay needs the rows away, the statement that lets the
    replay go on first of all.

    Raises:
        FaultError: when the server does not answer, or refuses.
    """
    try:
        asyncio.run(_execute(url, statements, connect))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise FaultError(f"{'; '.join(statements)}: {error or type(error).__name__}") from error


async def _execute(url: str, statements: tuple[str, ...], connect: Connect) -> None:
    connection = await connect(url, timeout=STATEMENT_SECONDS)
    try:
        for statement in statements:
            await _execute_one(connection, statement)
    finally:
        connection.terminate()


async def _execute_one(connection: asyncpg.Connection, statement: str) -> None:
    for _ in range(TRIES - 1):
        with suppress(asyncpg.SerializationError):
            await connection.execute(statement, timeout=STATEMENT_SECONDS)
            return
    await connection.execute(statement, timeout=STATEMENT_SECONDS)
