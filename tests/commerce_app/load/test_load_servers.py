"""The k6 tests for a second or two against a real shop, whose Redis stands behind the fault proxy."""

import json
import os
import subprocess
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from tests.commerce_app.shop_client import SIZE
from tests.commerce_app.shop_process import SHOP, proxying, serving

pytestmark = pytest.mark.servers

# Nothing here depends on how fast this machine is.
ANY_SPEED = {"P95_MS": "60000", "FAILED_SHARE": "1"}
THRESHOLD_FAILED = 99
ABORTED = 108
SCRIPT_ERROR = 107


@pytest.fixture(scope="module")
def behind_proxy(servers, settings):
    with proxying(servers.valkey.port) as (address, api):
        redis = urlsplit(settings.redis_url)
        url = redis._replace(netloc=f":{redis.password}@{address}").geturl()
        with serving(replace(settings, redis_url=url)) as shop:
            yield shop, api


@pytest.fixture
def load(behind_proxy, tmp_path):
    shop, api = behind_proxy

    def run(name, scale=0.02, url=shop, **environment):
        summary = tmp_path / "summary.json"
        command = [*SHOP, "load", name, "--url", url]
        command += ["--duration-scale", str(scale), "--summary", str(summary)]
        size = {"PRODUCTS": SIZE.products, "USERS": SIZE.users, "FAULT_PROXY_URL": api}
        given = {name: str(value) for name, value in {**size, **environment}.items()}
        done = subprocess.run(
            command, env={**os.environ, **given}, capture_output=True, text=True, check=False
        )
        metrics = json.loads(summary.read_text())["metrics"] if summary.exists() else {}
        return done.returncode, metrics, done.stdout + done.stderr

    return run


def test_orders_are_placed_and_thresholds_hold(load):
    code, metrics, output = load("k6-order-test", STAGES="4,8", **ANY_SPEED)
    assert code == 0, output
    assert metrics["orders_placed"]["count"] > 0


def test_a_threshold_that_fails_is_k6s_exit_code(load):
    code, metrics, _ = load("k6-order-test", STAGES="8", P95_MS="0.001")
    assert code == THRESHOLD_FAILED
    failed = metrics["http_req_duration{scenario:order}"]["thresholds"]
    assert failed == {"p(95)<0.001": True}


def test_a_mixed_load_has_figures_of_each_kind(load):
    code, metrics, output = load("k6-mixed-test", 0.1, STAGES="60", **ANY_SPEED)
    assert code == 0, output
    kinds = ("detail", "popular", "order", "claim", "charge")
    assert all(metrics[f"http_req_duration{{scenario:{kind}}}"]["max"] > 0 for kind in kinds)


def test_each_kind_of_lock_has_its_success_share_and_p95(load):
    code, metrics, output = load("k6-lock-test", CLAIMANTS=40, LOCKS_AT_ONCE=0.1, **ANY_SPEED)
    assert code == 0, output
    assert metrics["lock_success{lock:coupon}"]["passes"] == 40
    for lock in ("coupon", "stock", "wallet"):
        assert metrics[f"lock_success{{lock:{lock}}}"]["value"] > 0
        assert metrics[f"http_req_duration{{lock:{lock}}}"]["p(95)"] > 0


def test_faults_come_one_after_another_and_are_taken_away(load, behind_proxy):
    code, metrics, output = load(
        "k6-cache-test", 0.05, FAULTS="latency,reset_peer", READS_RPS=20, **ANY_SPEED
    )
    assert code == 0, output
    assert metrics["http_req_duration{phase:latency}"]["max"] > 0
    assert metrics["http_req_duration{phase:after-2-reset_peer}"]["max"] > 0
    assert 0 < metrics["cache_hit_ratio{phase:before}"]["value"] <= 1
    assert httpx.get(f"{behind_proxy[1]}/proxies/redis").json()["toxics"] == []


def test_a_slow_redis_shows_in_the_phase_of_its_fault(load):
    """400 ± 200 ms more on each answer of Redis: no page within 200 ms."""
    _, metrics, _ = load(
        "k6-cache-test", 0.05, FAULTS="latency", READS_RPS=10, P95_MS="200", FAILED_SHARE="1"
    )
    assert metrics["http_req_duration{phase:latency}"]["thresholds"] == {"p(95)<200": True}


def test_without_a_shop_there_is_one_line_about_it(load):
    code, _, output = load("k6-order-test", url="http://127.0.0.1:1")
    assert code == ABORTED
    assert "BASE_URL: expected a shop that answers at http://127.0.0.1:1" in output


def test_without_a_fault_proxy_no_load_begins(load):
    code, metrics, output = load("k6-cache-test", FAULT_PROXY_URL="http://127.0.0.1:1")
    assert code == ABORTED
    assert "FAULT_PROXY_URL: expected a fault proxy" in output
    assert "iterations" not in metrics


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("k6-order-test", "STAGES", "5,x"),
        ("k6-cache-test", "FAULTS", "flood"),
        ("k6-lock-test", "CLAIMANTS", "-1"),
    ],
)
def test_a_wrong_setting_is_named(load, name, setting, value):
    code, _, output = load(name, **{setting: value})
    assert code == SCRIPT_ERROR
    assert f"{setting}: expected" in output
    assert value in output
