"""The commands `fireline shop …`, and `fireline drill …` beside them."""

import asyncio
import os
import time
from datetime import UTC, datetime
from typing import NoReturn
from urllib.parse import urlsplit

import asyncpg
import click
import uvicorn

from commerce_app.app import build_app, build_shop
from commerce_app.database.seed import Size
from commerce_app.database.seed import seed as seed_database
from commerce_app.drill.cli import drill
from commerce_app.errors import SettingsError
from commerce_app.settings import Settings, read_settings

__all__ = ["drill", "shop"]

USER_MISTAKE = 2


@click.group()
def shop() -> None:
    """The instrumented shop: the system under watch."""


@shop.command()
@click.option("--listen", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT")
@click.option("--log-level", default="warning", show_default=True)
def serve(listen: str, log_level: str) -> None:
    """Serve the shop. Needs DATABASE_URL, REPLICA_URL and REDIS_URL; see docs/shop.md."""
    host, port = _address(listen)
    app = build_app(build_shop(_settings()))
    uvicorn.run(
        app, host=host, port=port, loop="uvloop", http="httptools", access_log=False, log_level=log_level
    )


@shop.command()
@click.option("--products", default=Size.products, show_default=True, type=click.IntRange(100, 1_000_000))
@click.option("--users", default=Size.users, show_default=True, type=click.IntRange(1, 10_000_000))
def seed(products: int, users: int) -> None:
    """Lay down tables and data on DATABASE_URL; does nothing where they are already."""
    settings = _settings()
    started = time.monotonic()
    try:
        seeded = asyncio.run(seed_database(settings.database_url, Size(products, users), datetime.now(UTC)))
    except ValueError as error:
        _fail(f"DATABASE_URL: the database {error}")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        _fail(f"DATABASE_URL: expected a PostgreSQL that answers at {_shown(settings.database_url)}: {error}")
    done = f"seeded {products} products and {users} users" if seeded else "already seeded"
    click.echo(f"{done} in {time.monotonic() - started:.1f} s")


def _settings() -> Settings:
    try:
        return read_settings(os.environ)
    except SettingsError as error:
        _fail(f"environment: {error}")


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        _fail(f"--listen: expected HOST:PORT, got {listen!r}")
    return host.strip("[]"), int(port)


def _shown(url: str) -> str:
    """The URL's host and port, without its password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 5432}"


def _fail(message: str) -> NoReturn:
    click.echo(f"fireline: {message}", err=True)
    raise SystemExit(USER_MISTAKE)
