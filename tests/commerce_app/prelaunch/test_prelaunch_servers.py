"""The checklist against a real shop, and a Fireline that answers with budgets."""

import json
import os
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import yaml

from commerce_app.prelaunch.campaign import LIMITS, PROTECTIONS
from commerce_app.prelaunch.exposition import Page
from tests.commerce_app.gameday.days import result
from tests.commerce_app.prelaunch.campaigns import CONTENT, slo
from tests.commerce_app.shop_process import PAUSE_SECONDS, SHOP, serving

pytestmark = pytest.mark.servers

PATIENT = {"replica_lag_seconds": 3600, "redis_mean_seconds": 10}
GO, NO_GO, MISTAKE, UNKNOWN = 0, 1, 2, 3


class Budgets(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(self.server.slos).encode() if self.path == "/api/v1/slos" else b""
        self.send_response(200 if body else 404)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def budgets(*slos):
    with ThreadingHTTPServer(("127.0.0.1", 0), Budgets) as server:
        server.slos = slos
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def fireline():
    with budgets(slo(0.8)) as url:
        yield url


@pytest.fixture(scope="module")
def protected_shop(settings):
    """Redis and the first look at the replica may take their time: this machine does other things too."""
    switches = ",".join({*PROTECTIONS, *LIMITS})
    with serving(settings, SHOP_SWITCHES=switches, SHOP_REDIS_FAST_TIMEOUT_SECONDS="10") as url:
        while not is_fresh(url):
            time.sleep(PAUSE_SECONDS)
        yield url


def is_fresh(url):
    behind = Page.parse(httpx.get(f"{url}/metrics").text).total("db_replica_behind_seconds")
    return behind < PATIENT["replica_lag_seconds"]


@pytest.fixture
def prelaunch(tmp_path, fireline):
    ended = replace(result("banner-spike"), offered_rps=272.0).json(datetime.now(UTC))
    (tmp_path / "drills.json").write_text(json.dumps([ended]))

    def run(shop, **changes):
        soon = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
        content = {
            **CONTENT,
            "starts_at": soon,
            "shop": {"url": shop},
            "fireline": {"url": fireline},
            "bounds": PATIENT,
            **changes,
        }
        path = tmp_path / "campaign.yml"
        path.write_text(yaml.safe_dump(content))
        done = subprocess.run(
            [*SHOP, "prelaunch", str(path), "--json"],
            env={**os.environ, "ADMIN_TOKEN": "secret"},
            capture_output=True,
            text=True,
            check=False,
        )
        report = json.loads(done.stdout)
        return done.returncode, {check["name"]: check for check in report["checks"]}

    return run


def not_go(checks):
    return {name for name, check in checks.items() if check["verdict"] != "go"}


def test_a_shop_that_is_ready(prelaunch, protected_shop):
    code, checks = prelaunch(protected_shop)
    assert (code, not_go(checks)) == (GO, set())
    assert checks["pre-warmed"]["measured"] == "5 of 5 keys loaded, 0 not stored"
    assert checks["served from cache"]["measured"] == "2 of 2 pages"


def test_a_shop_without_protections_is_no_go(prelaunch, settings):
    with serving(settings) as shop:
        code, checks = prelaunch(shop)
    assert code == NO_GO
    assert checks["protections"]["verdict"] == "no_go"
    assert all(name in checks["protections"]["measured"] for name in PROTECTIONS)
    assert checks["served from cache"]["verdict"] == "go"


def test_a_shop_that_leaves_out_both_extras_has_fewer_keys(prelaunch, settings):
    with serving(settings, SHOP_SWITCHES="read_only_ranking,read_only_recommendations") as shop:
        _, checks = prelaunch(shop)
    assert checks["pre-warmed"]["measured"] == "3 of 3 keys loaded, 0 not stored"
    assert checks["served from cache"]["verdict"] == "go"


def test_a_cache_that_takes_nothing_is_no_go(prelaunch, settings):
    switches = ",".join({*PROTECTIONS} - {"local_tier"})
    with serving(settings, REDIS_URL="redis://127.0.0.1:1/0", SHOP_SWITCHES=switches) as shop:
        code, checks = prelaunch(shop)
    assert code == NO_GO
    assert checks["pre-warmed"]["measured"] == "5 of 5 keys loaded, 5 not stored"
    assert checks["served from cache"]["measured"] == "no hit: products 1, 2"
    assert checks["redis"]["verdict"] == "no_go"


def test_what_is_not_there_in_numbers_is_no_go(prelaunch, protected_shop):
    products = [{"id": 1, "pieces": 100_001}, {"id": 999, "pieces": 1}]
    code, checks = prelaunch(protected_shop, products=products, coupon={"id": 1, "claims": 501})
    assert code == NO_GO
    assert not_go(checks) == {"pre-warmed", "served from cache", "stock", "coupon"}
    assert "of 100001, product 999: none such of 1" in checks["stock"]["measured"]


def test_a_spent_budget_is_no_go(prelaunch, protected_shop):
    with budgets(slo(-0.1)) as spent:
        code, checks = prelaunch(protected_shop, fireline={"url": spent})
    assert (code, not_go(checks)) == (NO_GO, {"error budgets"})


def test_without_a_shop_nobody_knows(prelaunch):
    code, checks = prelaunch("http://127.0.0.1:1")
    assert code == UNKNOWN
    assert "no answer" in checks["replica"]["measured"]


def test_a_wrong_file_is_a_mistake(tmp_path):
    path = tmp_path / "campaign.yml"
    path.write_text(yaml.safe_dump({**CONTENT, "banner": 1}))
    done = subprocess.run([*SHOP, "prelaunch", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == MISTAKE
    assert done.stderr.startswith(f"fireline: {path}: banner: unknown key: expected one of name, ")
    assert done.stderr.count("\n") == 1
