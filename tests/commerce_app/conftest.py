"""A seeded shop on real servers, one for each module of tests that asks for it."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from commerce_app.database.seed import seed
from commerce_app.settings import Settings
from commerce_app.stack.stack import Stack
from tests.commerce_app.shop_client import SIZE, asking


@pytest.fixture(autouse=True)
def _machine_of_its_own(monkeypatch, tmp_path_factory):
    """Drills of tests and drills of whoever works here do not keep each other from running."""
    tmp_path_factory.getbasetemp()  # made once, and to stay where it is
    with tempfile.TemporaryDirectory() as folder:
        # The servers of a drill may lie there too, and run as another user.
        Path(folder).chmod(0o711)
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield


@pytest.fixture(scope="module")
def servers():
    with Stack() as servers:
        asyncio.run(seed(servers.primary.url, SIZE, datetime.now(UTC)))
        asyncio.run(catch_up(servers))
        yield servers


async def catch_up(servers):
    """Any of the tests may be the first, and reads what was seeded from the replica."""
    primary = await asyncpg.connect(servers.primary.url)
    replica = await asyncpg.connect(servers.replica.url)
    # Commits are not waited for: what is in no file yet counts too.
    seeded_at = await primary.fetchval("SELECT pg_current_wal_insert_lsn()::text")
    while not await replica.fetchval("SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn", seeded_at):
        pass
    await primary.close()
    await replica.close()


@pytest.fixture(scope="module")
def settings(servers):
    return Settings(servers.primary.url, servers.replica.url, servers.valkey.url, admin_token="secret")


@pytest.fixture
async def client(settings):
    async with asking(settings) as client:
        yield client


@pytest.fixture
def shop(client):
    return client.shop


@pytest.fixture
async def primary(servers):
    connection = await asyncpg.connect(servers.primary.url)
    yield connection
    await connection.close()


@pytest.fixture
async def quiet_client(settings):
    """A client of a shop whose loops do not run: tests sweep and relay themselves."""
    async with asking(settings, loops=False) as client:
        yield client


@pytest.fixture
def quiet_shop(quiet_client):
    return quiet_client.shop
