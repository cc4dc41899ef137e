"""How long the server itself lets a statement run, by the class of work; past it the query dies there.

A client that gives up asks the server, over another connection, to stop; one that was killed, is frozen or
cut off does not, and without a limit the server works on for nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

APPLIED = "statement_limits"


@dataclass(frozen=True)
class StatementLimits:
    """Seconds; 0 is no limit.

    ``idle_seconds`` ends a session that holds a transaction and does nothing: its process is frozen, and its
    locks hold up all others.
    """

    statement_seconds: float = 0.0
    idle_seconds: float = 0.0

    def commands(self) -> str:
        """What brings a session under these limits."""
        return (
            f"SET statement_timeout = {round(self.statement_seconds * 1000)};"
            f"SET idle_in_transaction_session_timeout = {round(self.idle_seconds * 1000)}"
        )


UNLIMITED = StatementLimits()


def limit_statements(engine: AsyncEngine, limits: Callable[[], StatementLimits]) -> None:
    """Bring each connection under the limits of the moment when it is taken from the pool.

    One round trip after a change, none otherwise. New connections are ``UNLIMITED``.
    """

    @event.listens_for(engine.sync_engine, "checkout")
    def apply(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        wanted = limits()
        if record.info.get(APPLIED, UNLIMITED) == wanted:
            return
        try:
            # Beside SQLAlchemy's transactions, which would take the settings back.
            connection.run_async(lambda driver: driver.execute(wanted.commands()))
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise DisconnectionError(f"statement limits: {error}") from error
        record.info[APPLIED] = wanted
