import os
import socket
import tempfile
from pathlib import Path

import asyncpg
import pytest
import redis

from commerce_app.stack import postgres
from commerce_app.stack.accounts import server_account
from commerce_app.stack.binaries import _bundled_postgres, postgres_folder
from commerce_app.stack.errors import ServerFailedError
from commerce_app.stack.ports import free_port, is_listening
from commerce_app.stack.postgres import PostgresPair
from commerce_app.stack.process import Placement
from commerce_app.stack.stack import PREFIX, Stack, sweep

pytestmark = pytest.mark.servers


@pytest.fixture
def parent_folder():
    """pytest's own folders are closed to the system user."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


async def replicated_row(primary_url: str, replica_url: str) -> int:
    primary, replica = await asyncpg.connect(primary_url), await asyncpg.connect(replica_url)
    await primary.execute("CREATE TABLE t AS SELECT 7 AS x")
    position = await primary.fetchval("SELECT pg_current_wal_insert_lsn()::text")
    while not await replica.fetchval(f"SELECT pg_last_wal_replay_lsn() >= '{position}'"):
        pass
    row = await replica.fetchval("SELECT x FROM t")
    await primary.close()
    await replica.close()
    return row


@pytest.mark.parametrize(
    "binaries", [postgres_folder, lambda: _bundled_postgres()[0]], ids=["system", "bundled"]
)
async def test_lives_replicates_and_leaves_nothing(parent_folder, binaries):
    with Stack(parent_folder, binaries()) as servers:
        assert await replicated_row(servers.primary.url, servers.replica.url) == 7
        with redis.Redis.from_url(servers.valkey.url) as client:
            assert client.ping()
    assert [child.exit_code() for child in servers.children] == [0, 0, 0]
    assert list(parent_folder.iterdir()) == []


def test_says_why_a_server_does_not_come_up(parent_folder, monkeypatch):
    monkeypatch.setitem(postgres.SETTINGS, "no_such_setting", "1")
    with (
        pytest.raises(ServerFailedError, match=r"postgres-primary: ended(?s:.*)no_such_setting"),
        Stack(parent_folder),
    ):
        pass
    assert list(parent_folder.iterdir()) == []


def test_says_that_a_port_is_taken(parent_folder):
    account = server_account()
    pair = PostgresPair(postgres_folder(), parent_folder, "secret", account)
    if account:
        parent_folder.chmod(0o777)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerFailedError, match="Address already in use"):
            pair.start_primary(port, Placement(account=account))


def test_no_connection_that_goes_out_is_given_a_free_port():
    ports = [free_port() for _ in range(100)]
    assert max(ports) < 32_768
    assert len(set(ports)) == len(ports)


def test_free_ports_are_free():
    assert not is_listening(free_port())


def test_what_a_killed_stack_left_is_swept(tmp_path):
    left = tmp_path / f"{PREFIX}{2**22 + 1}-x"
    kept = tmp_path / f"{PREFIX}{os.getpid()}-x"
    for folder in (left, kept):
        folder.mkdir()
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [kept]
