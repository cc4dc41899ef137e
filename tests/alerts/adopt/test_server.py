"""The whole of it on real servers: Prometheus scrapes the shop, a node and a redis exporter."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import httpx
import pytest
from click.testing import CliRunner

from alerts.adopt.cli import adopt_command
from alerts.compile import compile_slos, policies_of
from alerts.formats.files import load_slos
from alerts.rules_text import rules_yaml
from alerts.signals import load_signals
from collector.remote import RemoteQuerier
from commerce_app.database.seed import Size, seed
from commerce_app.stack.ports import free_port
from commerce_app.stack.stack import Stack

pytestmark = pytest.mark.servers

TOOLS = ("prometheus", "promtool", "prometheus-node-exporter", "prometheus-redis-exporter")
RULES = {"groups": [{"name": "theirs", "rules": [{"alert": "Misspelt", "expr": "http_requests_totl > 5"}]}]}
READY_SECONDS = 60.0


@contextmanager
def running(command, log, **environment):
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, **environment})
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def wait_for(holds):
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            if holds():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("servers were not ready in time")


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    """Its URL, once it scraped everything a few times while the shop had customers."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"Debian package of {', '.join(missing)} is not installed")
    folder = tmp_path_factory.mktemp("adopt")
    jobs = {name: f"127.0.0.1:{free_port()}" for name in ("shop", "node", "redis")}
    listen, log = f"127.0.0.1:{free_port()}", folder / "log"
    scrapes = [{"job_name": job, "static_configs": [{"targets": [at]}]} for job, at in jobs.items()]
    every = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config = {"global": every, "rule_files": ["rules.json"], "scrape_configs": scrapes}
    (folder / "rules.json").write_text(json.dumps(RULES))
    (folder / "prometheus.yml").write_text(json.dumps(config))
    with Stack() as servers, ExitStack() as started:
        asyncio.run(seed(servers.primary.url, Size(products=100, users=300), datetime.now(UTC)))
        urls = {"DATABASE_URL": servers.primary.url, "REPLICA_URL": servers.replica.url}
        valkey = f"redis://127.0.0.1:{servers.valkey.port}", servers.valkey.password
        serve = "from commerce_app.cli import shop; shop()"
        shop = [sys.executable, "-c", serve, "serve", "--listen", jobs["shop"]]
        redis = [TOOLS[3], f"-web.listen-address={jobs['redis']}", f"-redis.addr={valkey[0]}"]
        commands = [
            [TOOLS[2], f"--web.listen-address={jobs['node']}"],
            [*redis, f"-redis.password={valkey[1]}"],
            [
                TOOLS[0],
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={listen}",
            ],
        ]
        started.enter_context(running(shop, log, REDIS_URL=servers.valkey.url, **urls))
        for command in commands:
            started.enter_context(running(command, log))
        wait_for(lambda: httpx.get(f"http://{jobs['shop']}/products/1").is_success)
        url = f"http://{listen}"
        asked = "min(count_over_time(up[1m])) >= 5 and count(up == 1) == 3"

        def seen():
            httpx.get(f"http://{jobs['shop']}/products/1")
            found = httpx.get(f"{url}/api/v1/query", params={"query": asked}).json()
            return bool(found.get("data", {}).get("result"))

        wait_for(seen)
        yield url


def test_what_adopt_writes_of_the_shop_works(prometheus, tmp_path):
    outcome = CliRunner().invoke(adopt_command, ["--prometheus", prometheus, "--out", str(tmp_path)])
    assert outcome.exception is None, outcome.output
    slos = load_slos(tmp_path / "slos.yml")
    assert {slo.name for slo in slos} >= {"shop-availability", "shop-latency"}
    rules = tmp_path / "rules.yml"
    rules.write_text(rules_yaml(compile_slos(slos, policies_of(slos))))
    subprocess.run(["promtool", "check", "rules", rules], check=True, capture_output=True)
    known = load_signals(tmp_path / "signals.yml")
    assert {name: set(needs) for name, needs in known.services.items() if needs} == {
        "shop": {"postgresql", "redis"}
    }
    roles = {signal.name: (signal.role, signal.service) for signal in known.signals}
    assert roles["shop_requests"] == ("traffic", "shop")
    assert roles["redis_hit_ratio"] == ("cache", "redis")
    assert roles["shop_replica_lag"] == ("replica", "shop")
    assert roles["shop_lock_wait_p99"] == ("lock", "shop")
    assert roles["shop_orders"] == ("business", "shop")
    querier = RemoteQuerier(prometheus)
    assert all(len(querier.instant(one.over("5m"), time.time())) == 1 for one in known.signals)
    querier.close()
    assert "no series is named http_requests_totl" in (tmp_path / "report.md").read_text()
