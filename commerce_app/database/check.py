"""Looks, before anything is served, whether the databases are there and seeded."""

from urllib.parse import urlsplit

import asyncpg

from commerce_app.database.seed import SCHEMA_VERSION
from commerce_app.errors import SettingsError
from commerce_app.settings import Settings

CONNECT_SECONDS = 5.0
# Whatever asyncpg raises when a server does not let us in.
CONNECT_FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


async def check_databases(settings: Settings) -> None:
    """Raises SettingsError that names the variable whose server is missing or empty."""
    await check_seeded(settings.database_url)
    await _ask("REPLICA_URL", settings.replica_url, "SELECT true")


async def check_seeded(database_url: str) -> None:
    """Raises SettingsError unless there are this version's tables."""
    seeded = await _ask("DATABASE_URL", database_url, "SELECT to_regclass('shop_seed') IS NOT NULL")
    if not seeded:
        raise SettingsError("DATABASE_URL: expected a seeded database: run `fireline shop seed` first")
    version = await _ask("DATABASE_URL", database_url, "SELECT max(schema_version) FROM shop_seed")
    if version != SCHEMA_VERSION:
        raise SettingsError(
            f"DATABASE_URL: expected schema {SCHEMA_VERSION}, found {version}: seed an empty database"
        )


async def _ask(variable: str, url: str, question: str) -> object:
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except CONNECT_FAILURES as error:
        raise SettingsError(unreachable(variable, url, error)) from error
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def unreachable(variable: str, url: str, error: BaseException) -> str:
    """One line that names the server without its password."""
    parts = urlsplit(url)
    reason = " ".join(str(error).split()) or type(error).__name__
    return (
        f"{variable}: expected a PostgreSQL that answers at {parts.hostname}:{parts.port or 5432}: {reason}"
    )
