"""What the benches of the shop stand on: a shop that measures nothing, and a search of rates."""

import os
import subprocess
import sys
import time

import httpx
import pytest

from commerce_app.stack.ports import free_port
from tests.bench.instrumentation import Turn, summary
from tests.bench.orders import Try, search
from tests.commerce_app.shop_process import PAUSE_SECONDS


@pytest.mark.servers
def test_the_bare_shop_sells_and_measures_nothing(settings):
    address = f"127.0.0.1:{free_port()}"
    environment = {
        "DATABASE_URL": settings.database_url,
        "REPLICA_URL": settings.replica_url,
        "REDIS_URL": settings.redis_url,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bare_shop", address], env={**os.environ, **environment}
    )
    try:
        with httpx.Client(base_url=f"http://{address}", timeout=30) as client:
            while not answers(client):
                assert process.poll() is None
                time.sleep(PAUSE_SECONDS)
            order = {"user_id": 1, "items": [{"product_id": 1, "quantity": 1}]}
            assert client.get("/products/1").json()["extras"] is not None
            assert client.post("/orders", json=order).status_code == 201
            assert client.get("/metrics").text == ""
    finally:
        process.kill()
        process.wait()


def answers(client):
    try:
        return client.get("/healthz").is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("capacity", [20, 47, 100, 159, 1000])
def test_the_search_ends_within_its_resolution_of_the_capacity(capacity):
    best, worst = search(lambda rps: Try(rps, rps <= capacity, 0.1), 20, 0.05)
    assert best.rps <= capacity < worst.rps
    assert worst.rps - best.rps <= max(1, 0.05 * worst.rps)


def test_a_shop_that_cannot_begin_is_said():
    with pytest.raises(RuntimeError, match="20 orders a second did not hold"):
        search(lambda rps: Try(rps, False, 2.0), 20, 0.05)


def test_each_round_compares_neighbours():
    """The machine halves its pace in the second round: what is lost is the same in each."""
    rounds = [
        {"on": Turn(rps=95 * pace, cpu=1.05 / pace), "off": Turn(rps=100 * pace, cpu=1.0 / pace)}
        for pace in (1.0, 0.5, 1.0)
    ]
    found = summary(rounds)
    assert (found.lost, found.more_cpu) == (pytest.approx(0.05), pytest.approx(0.05))
