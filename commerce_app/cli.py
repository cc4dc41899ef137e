"""The commands `fireline shop …`, and `fireline drill …` beside them."""

import asyncio
import logging
import os
import socket
import time
from datetime import UTC, datetime
from typing import NoReturn

import click
import uvicorn

from commerce_app.app import build_app
from commerce_app.database.check import CONNECT_FAILURES, check_databases, check_seeded, unreachable
from commerce_app.database.seed import Size
from commerce_app.database.seed import seed as seed_database
from commerce_app.drill.cli import drill
from commerce_app.errors import SettingsError
from commerce_app.load.cli import load_command
from commerce_app.loopback import is_loopback
from commerce_app.order.invariants import findings_json, findings_text, verify_books
from commerce_app.prelaunch.cli import prelaunch_command
from commerce_app.resilience.head import HeadDeadline
from commerce_app.settings import Settings, read_settings
from commerce_app.shop import build_shop

__all__ = ["drill", "shop"]

VIOLATED = 1
USER_MISTAKE = 2
GRACE_SECONDS = 5
LEVELS = click.Choice(["debug", "info", "warning", "error"])


@click.group()
def shop() -> None:
    """The instrumented shop: the system under watch."""


shop.add_command(load_command)
shop.add_command(prelaunch_command)


@shop.command()
@click.option("--listen", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT")
@click.option("--log-level", default="warning", show_default=True, type=LEVELS)
def serve(listen: str, log_level: str) -> None:
    """Serve the shop. Needs DATABASE_URL, REPLICA_URL and REDIS_URL; docs/shop.md lists the rest."""
    settings = _settings()
    if settings.admin_token is None and not is_loopback(_address(listen)[0]):
        _fail(f"ADMIN_TOKEN: expected a token, or --listen on a loopback address, got {listen}")
    listener = _listener(listen)
    try:
        asyncio.run(check_databases(settings))
    except SettingsError as error:
        _fail(str(error))
    logging.basicConfig(level=log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("stamina").setLevel(logging.ERROR)  # it says neither what is tried again nor why
    click.echo(f"the shop is at http://{listen}", err=True)
    app = build_app(build_shop(settings))
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=HeadDeadline,
        access_log=False,
        log_level=log_level,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


@shop.command()
@click.option("--products", default=Size.products, show_default=True, type=click.IntRange(100, 1_000_000))
@click.option("--users", default=Size.users, show_default=True, type=click.IntRange(1, 10_000_000))
@click.option(
    "--products-per-category", default=Size.products_per_category, show_default=True,
    type=click.IntRange(1, 10_000), help="Among how many a product's standing is found.",
)  # fmt: skip
def seed(products: int, users: int, products_per_category: int) -> None:
    """Lay down tables and data on DATABASE_URL; does nothing where they are already."""
    settings = _settings()
    size = Size(products, users, products_per_category)
    started = time.monotonic()
    try:
        seeded = asyncio.run(seed_database(settings.database_url, size, datetime.now(UTC)))
    except ValueError as error:
        _fail(f"DATABASE_URL: the database {error}")
    except CONNECT_FAILURES as error:
        _fail(unreachable("DATABASE_URL", settings.database_url, error))
    done = f"seeded {products} products and {users} users" if seeded else "already seeded"
    click.echo(f"{done} in {time.monotonic() - started:.1f} s")


@shop.command()
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
def verify(as_json: bool) -> None:
    """Count, on DATABASE_URL, what breaks the shop's invariants; exit 1 if anything does."""
    settings = _settings()
    try:
        asyncio.run(check_seeded(settings.database_url))
        findings = asyncio.run(verify_books(settings.database_url, datetime.now(UTC)))
    except SettingsError as error:
        _fail(str(error))
    except CONNECT_FAILURES as error:
        _fail(unreachable("DATABASE_URL", settings.database_url, error))
    click.echo(findings_json(findings) if as_json else findings_text(findings))
    if any(finding.violations for finding in findings):
        raise SystemExit(VIOLATED)


def _settings() -> Settings:
    try:
        return read_settings(os.environ)
    except SettingsError as error:
        _fail(f"environment: {error}")


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        _fail(f"--listen: expected HOST:PORT, got {listen!r}")
    return host.strip("[]"), int(port)


def _listener(listen: str) -> socket.socket:
    host, port = _address(listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        _fail(f"--listen: expected a free address, got {listen}: {os.strerror(error.errno or 0)}")


def _fail(message: str) -> NoReturn:
    click.echo(f"fireline: {message}", err=True)
    raise SystemExit(USER_MISTAKE)
