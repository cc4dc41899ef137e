"""The stack's exporter beside the real ones, of the same PostgreSQL and Valkey: the names are the same."""

import re
import shutil
import urllib.error
import urllib.request
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from redis import Redis

from commerce_app.stack.ports import LOOPBACK, free_port
from commerce_app.stack.process import Child, wait_until
from commerce_app.stack.server_figures import ServerFigures
from commerce_app.stack.stack import Stack

pytestmark = pytest.mark.servers

PACKAGES = ("prometheus-postgres-exporter", "prometheus-redis-exporter")
QUERIES = files("commerce_app.stack").joinpath("postgres-exporter-queries.yml")
SHOP_DOC = Path(__file__).parents[3] / "docs" / "shop.md"
# Said by us only.
OURS = {"db_sessions_waiting_for_lock"}
READY = {PACKAGES[0]: "pg_replication_lag_seconds{", PACKAGES[1]: "redis_up 1"}


class Page:
    """A page as it is: parsers take endings off names, or put them on."""

    def __init__(self, text):
        self.kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
        self.samples = [
            (name, dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value))
            for name, labels, value in re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", text, re.MULTILINE)
        ]

    def labels(self):
        """Names of labels by the name of the metric, but for that which tells our servers apart."""
        return {name: frozenset(labels) - {"server"} for name, labels, _ in self.samples}

    def values(self, *names, server=None):
        """Those of the shop's database, by name and command."""
        return {
            (name, labels.get("cmd")): value
            for name, labels, value in self.samples
            if name in names
            and labels.get("datname", "shop") == "shop"
            and server in {None, labels.get("server")}
        }


@pytest.fixture(scope="module")
def servers():
    missing = [package for package in PACKAGES if shutil.which(package) is None]
    if missing:
        pytest.skip(f"Debian package {', '.join(missing)} is not installed")
    with Stack() as servers, Redis.from_url(servers.valkey.url) as valkey:
        valkey.set("a", "1")
        valkey.mget("a", "b")
        valkey.get("a")
        yield servers


@pytest.fixture(scope="module")
def theirs(servers, tmp_path_factory):
    """Pages of the real exporters by server."""
    folder = tmp_path_factory.mktemp("exporters")
    with ExitStack() as running:

        def exported(server, package, listen, options, **environment):
            port = free_port()
            command = [package, f"{listen}={LOOPBACK}:{port}", *options]
            child = Child.start(server, command, folder / f"{server}.log", environment=environment)
            running.callback(child.stop)
            wait_until(lambda: READY[package] in page(port), child, 30)
            return Page(page(port))

        queries = [f"--extend.query-path={QUERIES}"]
        sources = {
            server: f"{getattr(servers, server).url}?sslmode=disable" for server in ("primary", "replica")
        }
        yield {
            **{
                server: exported(
                    server, PACKAGES[0], "--web.listen-address", queries, DATA_SOURCE_NAME=source
                )
                for server, source in sources.items()
            },
            "redis": exported(
                "redis", PACKAGES[1], "-web.listen-address", [f"-redis.addr={servers.valkey.url}"]
            ),
        }


@pytest.fixture
async def ours(servers):
    urls = {"DATABASE_URL": servers.primary.url, "REPLICA_URL": servers.replica.url}
    figures = ServerFigures({**urls, "REDIS_URL": servers.valkey.url})
    await figures.look()
    registry = CollectorRegistry()
    registry.register(figures)
    return Page(generate_latest(registry).decode())


def page(port):
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=10) as answer:
            return answer.read().decode()
    except urllib.error.URLError:
        return ""


async def test_names_labels_and_kinds_are_theirs(ours, theirs):
    names = ours.labels().keys() - OURS
    assert len(names) > 30
    assert {name: ours.labels()[name] for name in names} == {
        name: (theirs["primary"].labels() | theirs["redis"].labels()).get(name) for name in names
    }
    kinds = theirs["primary"].kinds | theirs["redis"].kinds
    untyped = {name for name, kind in ours.kinds.items() if kind == "untyped"}
    assert all(ours.kinds[name] == kinds[name] for name in names - untyped)


async def test_redis_is_counted_alike(ours, theirs):
    names = ["redis_keyspace_hits_total", "redis_keyspace_misses_total", "redis_memory_max_bytes"]
    assert ours.values(*names) == theirs["redis"].values(*names)
    for name in ("redis_commands_total", "redis_commands_duration_seconds_total"):
        for command in ("get", "set", "mget"):
            real = theirs["redis"].values(name)[name, command]
            assert ours.values(name)[name, command] == pytest.approx(real)


@pytest.mark.parametrize("server", ["primary", "replica"])
async def test_postgresql_is_told_alike(ours, theirs, server):
    names = [
        "pg_settings_max_connections",
        "pg_postmaster_start_time_seconds",
        "pg_replication_is_replica",
        "pg_replication_lag_seconds",
        "pg_stat_database_deadlocks",
    ]
    told = ours.values(*names, server=server)
    assert len(told) == len(names)
    assert told == theirs[server].values(*names)


async def test_the_documented_names_are_the_exporters_own(theirs):
    documented = SHOP_DOC.read_text().split("## Exporters beside the shop")[1].split("\n## ")[0]
    names = set(re.findall(r"`((?:pg|redis)_[a-z_]+)(?:\{[\w,]*\})?`", documented)) - {"pg_monitor"}
    assert {"pg_replication_lag_seconds", "pg_stat_activity_count", "redis_keyspace_hits_total"} <= names
    assert names - theirs["replica"].labels().keys() - theirs["redis"].labels().keys() == set()


async def test_everything_of_ours_is_documented(ours):
    text = SHOP_DOC.read_text()
    assert [name for name in sorted(ours.labels()) if f"`{name}" not in text] == []
