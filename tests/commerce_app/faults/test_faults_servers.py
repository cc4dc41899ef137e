"""Each fault on real servers: it does what it says, and healing undoes it."""

import asyncio
import os
import signal
import time
from pathlib import Path

import asyncpg
import pytest
import redis

from commerce_app.cache.entry import Entry
from commerce_app.faults.active import ActiveFaults
from commerce_app.faults.errors import FaultError
from commerce_app.faults.registry import parse_fault
from commerce_app.stack.errors import ServerFailedError
from commerce_app.stack.procfs import read_processes, usage_of_tree
from tests.commerce_app.stack.test_process import is_alive, wait_for

pytestmark = pytest.mark.servers


def query(url, statement, timeout=10.0):
    async def ask():
        connection = await asyncpg.connect(url, timeout=timeout)
        try:
            return await connection.fetchval(statement, timeout=timeout)
        finally:
            connection.terminate()

    return asyncio.run(ask())


def write(primary) -> str:
    """Something is committed; returns the position in the log after it."""
    query(primary.url, "CREATE TABLE IF NOT EXISTS t (x int)")
    query(primary.url, "INSERT INTO t VALUES (1)")
    return query(primary.url, "SELECT pg_current_wal_insert_lsn()::text")


def replayed(replica, position) -> bool:
    return query(replica.url, f"SELECT pg_last_wal_replay_lsn() >= '{position}'")


def received(replica, position) -> bool:
    return query(replica.url, f"SELECT pg_last_wal_receive_lsn() >= '{position}'")


def states_of_tree(root) -> set[str]:
    """The states of a process and its descendants: T is stopped."""
    pids, every = [root], read_processes()
    for pid in pids:
        pids.extend(each.pid for each in every if each.parent == pid)
    return {Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] for pid in pids}


@pytest.fixture
def servers(site):
    return site[0].servers


@pytest.fixture
def through(site):
    """The servers as the shop reaches them."""
    return site[1].environment()


@pytest.mark.parametrize(
    "fault", [{"type": "replica_replay_paused"}, {"type": "replica_replay_delayed", "delay_seconds": 600}]
)
def test_the_replica_receives_but_does_not_replay_until_healed(faults, servers, fault):
    faults.begin("lag", parse_fault(fault))
    position = write(servers.primary)
    wait_for(lambda: received(servers.replica, position))
    assert not replayed(servers.replica, position)
    faults.heal("lag")
    wait_for(lambda: replayed(servers.replica, position))


def test_a_hog_eats_the_replicas_core_and_is_gone_when_healed(faults, site, servers):
    faults.begin("hog", parse_fault({"type": "replica_cpu_hogged", "loops": 2}))
    hogs = site[0].beside_replica()
    assert len(hogs) == 2
    core = os.sched_getaffinity(servers.replica.child.pid)
    wait_for(lambda: all(os.sched_getaffinity(pid) == core for pid in hogs))
    wait_for(lambda: all(usage_of_tree(pid, read_processes()).user_seconds > 0.2 for pid in hogs))
    faults.heal("hog")
    assert site[0].beside_replica() == ()
    assert not any(is_alive(pid) for pid in hogs)


def test_a_restart_of_the_primary_loses_no_commit_and_the_replica_follows_again(faults, servers):
    write(servers.primary)
    query(servers.primary.url, "INSERT INTO t SELECT 7 FROM generate_series(1, 1000)")
    before = query(servers.primary.url, "SELECT count(*) FROM t")
    faults.begin("restart", parse_fault({"type": "primary_restarted"}))
    with pytest.raises(OSError, match="Connect"):
        query(servers.primary.url, "SELECT 1")
    servers.primary.child.require_running()
    faults.heal("restart")
    assert query(servers.primary.url, "SELECT count(*) FROM t") == before
    position = write(servers.primary)
    wait_for(lambda: replayed(servers.replica, position))


def test_a_primary_that_ends_by_itself_after_a_restart_is_missed(faults, servers):
    faults.begin("restart", parse_fault({"type": "primary_restarted"}))
    faults.heal("restart")
    servers.primary.child.send(signal.SIGINT)
    wait_for(lambda: servers.primary.child.exit_code() is not None)
    with pytest.raises(ServerFailedError, match="postgres-primary: ended by itself"):
        servers.primary.child.require_running()
    servers.primary.bring_back()


def test_redis_comes_back_empty(faults, servers):
    with redis.Redis.from_url(servers.valkey.url) as client:
        client.set("k", "v")
    faults.begin("gone", parse_fault({"type": "redis_restarted"}))
    servers.valkey.child.require_running()
    with redis.Redis.from_url(servers.valkey.url, retry=None) as client, pytest.raises(redis.ConnectionError):
        client.ping()
    faults.heal("gone")
    with redis.Redis.from_url(servers.valkey.url) as client:
        assert client.dbsize() == 0


def test_a_hog_that_ended_by_itself_is_said_and_the_others_end(site, servers):
    hogs = ActiveFaults(site[0])
    hogs.begin("hog", parse_fault({"type": "replica_cpu_hogged", "loops": 2}))
    first, second = site[0].beside_replica()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not is_alive(first))
    assert hogs.heal_all() == ["hog: not healed: hog-0: ended by itself: its log is empty"]
    assert not is_alive(second)


def test_a_flush_empties_the_cache_and_is_over(faults, servers):
    with redis.Redis.from_url(servers.valkey.url) as client:
        client.set("k", "v")
        faults.begin("flush", parse_fault({"type": "cache_flushed"}))
        assert client.dbsize() == 0
    assert faults.names == ()


def test_aligned_keys_expire_together_and_none_later_than_it_would(faults, servers):
    with redis.Redis.from_url(servers.valkey.url) as client:
        client.flushall()
        batch = client.pipeline(transaction=False)
        for number in range(1_200):
            batch.set(f"product:{number}", "v", ex=1_000 + number)
        batch.execute()
        client.set("lock:1", "token", px=5_000)
        client.set("other", "v", ex=1_000)
        client.set("for_ever", "v")
        client.rpush("list", "v")
        client.expire("list", 1_000)
        lock_expires = client.pexpiretime("lock:1")
        faults.begin("aligned", parse_fault({"type": "ttl_aligned", "in_seconds": 500, "match": "[plf]*"}))
        assert 490 < client.ttl("product:1") <= 500
        for number in range(1_200):
            batch.pexpiretime(f"product:{number}")
        assert len(set(batch.execute())) == 1
        assert client.pexpiretime("lock:1") == lock_expires
        assert client.ttl("list") <= 500
        assert 0 < client.ttl("for_ever") <= 500
        assert client.ttl("other") > 900
        client.flushall()


def test_aligned_entries_keep_their_stale_time(faults, servers):
    now = time.time()
    with redis.Redis.from_url(servers.valkey.url) as client:
        client.set("kept", Entry(b"v", now + 100, 0.1).pack(), px=160_000)
        client.set("dropped", Entry(b"v", now + 100, 0.1).pack(), px=100_000)
        faults.begin("aligned", parse_fault({"type": "ttl_aligned", "in_seconds": 10}))
        kept = Entry.unpack(client.get("kept"))
        assert kept == Entry(b"v", pytest.approx(now + 10, abs=1), 0.1)
        assert client.ttl("kept") == pytest.approx(70, abs=2)
        assert client.ttl("dropped") == pytest.approx(10, abs=2)
        client.flushall()


@pytest.mark.parametrize("target", ["redis", "replica", "primary", "shop"])
def test_a_frozen_process_tree_stands_still_and_goes_on(faults, site, servers, target):
    query(servers.replica.url, "SELECT 1")
    pid = site[0].process(target).pid
    faults.begin("frozen", parse_fault({"type": "process_frozen", "target": target}))
    wait_for(lambda: states_of_tree(pid) == {"T"})
    faults.heal("frozen")
    wait_for(lambda: "T" not in states_of_tree(pid))


def test_a_frozen_replica_answers_nobody_until_healed(servers, faults):
    faults.begin("frozen", parse_fault({"type": "process_frozen", "target": "replica"}))
    with pytest.raises(TimeoutError):
        query(servers.replica.url, "SELECT 1", timeout=0.3)
    faults.heal("frozen")
    assert query(servers.replica.url, "SELECT 1") == 1


@pytest.mark.parametrize(("target", "url"), [("primary", "DATABASE_URL"), ("replica", "REPLICA_URL")])
def test_a_partition_is_silence_on_one_line_and_no_other(faults, through, servers, target, url):
    assert query(through[url], "SELECT 1") == 1
    faults.begin("cut", parse_fault({"type": "partition", "target": target}))
    with pytest.raises(TimeoutError):
        query(through[url], "SELECT 1", timeout=0.3)
    others = {"DATABASE_URL", "REPLICA_URL"} - {url}
    assert [query(through[each], "SELECT 1") for each in others] == [1]
    assert query(getattr(servers, target).url, "SELECT 1") == 1
    faults.heal("cut")
    assert query(through[url], "SELECT 1") == 1


def test_refused_connections_and_slow_ones_heal_each_for_itself(faults, through):
    ping = redis.Redis.from_url(through["REDIS_URL"], socket_timeout=5, retry=None)
    faults.begin("slow", parse_fault({"type": "latency", "target": "redis", "attributes": {"latency": 1}}))
    faults.begin("down", parse_fault({"type": "connections_refused", "target": "redis"}))
    with ping, pytest.raises(redis.ConnectionError):
        ping.ping()
    faults.heal("down")
    with ping:
        assert ping.ping()
    assert faults.names == ("slow",)


def test_switches_are_flipped_and_flipped_back(faults, site):
    site[2].clear()
    switches = {"single_flight": False, "local_tier": True}
    faults.begin("state", parse_fault({"type": "switches_flipped", "switches": switches}))
    faults.heal("state")
    back = {"single_flight": True, "local_tier": False}
    assert site[2] == [(switches, "state"), (back, "state healed")]


def test_what_failed_half_way_is_healed_with_the_rest(faults, servers):
    faults.begin("frozen", parse_fault({"type": "process_frozen", "target": "redis"}))
    slow = parse_fault({"type": "latency", "attributes": {"latency": 1}})
    faults.begin("slow", slow)
    with pytest.raises(FaultError, match="fault proxy: POST /proxies/redis/toxics: 409"):
        faults.begin("slow", slow)
    assert faults.names == ("frozen", "slow")
    assert faults.heal_all() == []
    with redis.Redis.from_url(servers.valkey.url) as client:
        assert client.ping()
