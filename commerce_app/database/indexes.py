"""The index that a page's extras need, dropped for a drill and built again while the shop runs.

Whether it is there is asked of the primary, never remembered: other processes change it too.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from commerce_app.errors import DeadlineError, DependencyError, RejectedError

NAME = "order_items_product"
# As schema.sql makes it.
BUILD = f"CREATE INDEX CONCURRENTLY {NAME} ON order_items (product_id, paid_at) INCLUDE (quantity, order_id)"
DROP = f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}"
# A build that was cut short leaves an index that no query may use.
PRESENT = "SELECT coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)), false)"
LOCK = 7_303_015
ANSWER_SECONDS = 2.0
BUILD_SECONDS = 60.0
LOCK_SECONDS = 5.0


class ProductIndexes:
    """Each question and each change has a connection of its own, which no pool can hold up."""

    def __init__(self, primary_url: str) -> None:
        self._primary_url = primary_url

    async def present(self) -> bool:
        """Whether queries on the primary may use it; raises DependencyError, DeadlineError."""
        async with self._connected(ANSWER_SECONDS) as connection:
            return bool(await connection.fetchval(PRESENT, NAME))

    async def bring(self, wanted: bool) -> bool:
        """Build or drop it without holding up others' reads and writes; False when there was nothing to do.

        Raises RejectedError (409) while another process changes it, DeadlineError after 60 s, and
        DependencyError.
        """
        async with self._connected(BUILD_SECONDS) as connection:
            # Waiting for the lock would be a statement older than the build, which waits for all of those.
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                raise RejectedError(409, "product_indexes: another process is changing them; ask again")
            present = bool(await connection.fetchval(PRESENT, NAME))
            if present != wanted or not wanted:
                await connection.execute(DROP)
            if wanted and not present:
                await connection.execute(BUILD)
            # The server notices only later that a session has gone; who flips again meanwhile is not refused.
            await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
        return present != wanted

    @asynccontextmanager
    async def _connected(self, seconds: float) -> AsyncIterator[asyncpg.Connection]:
        limits = {
            "application_name": "fireline-shop-indexes",
            "statement_timeout": f"{seconds:g}s",
            "lock_timeout": f"{min(seconds, LOCK_SECONDS):g}s",
        }
        try:
            connection = await asyncpg.connect(
                self._primary_url, server_settings=limits, timeout=ANSWER_SECONDS
            )
            try:
                yield connection
            finally:
                connection.terminate()
        except (TimeoutError, asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError) as error:
            raise DeadlineError(f"product_indexes: not done within {seconds:g} s: {error}") from error
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise DependencyError(f"product_indexes: the primary failed: {error}") from error
