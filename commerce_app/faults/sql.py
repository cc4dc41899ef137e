"""A few statements on one of the databases, on a connection of their own."""

import asyncio

import asyncpg

from commerce_app.faults.errors import FaultError

STATEMENT_SECONDS = 10.0


def execute(url: str, *statements: str) -> None:
    """Run them one after another, each in its own transaction.

    Raises:
        FaultError: when the server does not answer, or refuses.
    """
    try:
        asyncio.run(_execute(url, statements))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise FaultError(f"{'; '.join(statements)}: {error or type(error).__name__}") from error


async def _execute(url: str, statements: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(url, timeout=STATEMENT_SECONDS)
    try:
        for statement in statements:
            await connection.execute(statement, timeout=STATEMENT_SECONDS)
    finally:
        connection.terminate()
