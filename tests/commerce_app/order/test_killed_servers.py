"""`fireline shop serve` killed with SIGKILL in the middle of its orders, and started again."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import httpx
import pytest

from commerce_app.order.invariants import check
from commerce_app.stack.ports import free_port
from tests.commerce_app.shop_process import PAUSE_SECONDS

pytestmark = pytest.mark.servers

USERS = range(1, 201)
HOLD_SECONDS = 2
HELD = "SELECT count(*) FROM orders WHERE status IN ('reserved', 'paid')"
# While somebody holds the gate's lock alone, whatever is under way stays held in one of the two states.
GATE = """
CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN PERFORM pg_advisory_xact_lock_shared(7), pg_sleep(0.05); RETURN NEW; END$$;
CREATE TRIGGER gate BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION gate();
"""


class Server:
    def __init__(self, settings):
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self._command = [
            sys.executable, "-c", "from commerce_app.cli import shop; shop()",
            "serve", "--listen", f"127.0.0.1:{port}",
        ]  # fmt: skip
        self._environment = {
            **os.environ,
            "DATABASE_URL": settings.database_url,
            "REPLICA_URL": settings.replica_url,
            "REDIS_URL": settings.redis_url,
            "SHOP_ORDER_HOLD_SECONDS": str(HOLD_SECONDS),
        }

    def _start(self):
        return subprocess.Popen(self._command, env=self._environment)

    @contextlib.asynccontextmanager
    async def running(self):
        process = self._start()
        try:
            async with httpx.AsyncClient(base_url=self.url, timeout=30) as client:
                while not await self._answers(client):
                    assert process.poll() is None
                    await asyncio.sleep(PAUSE_SECONDS)
                client.kill = lambda: process.send_signal(signal.SIGKILL)
                yield client
        finally:
            process.kill()
            process.wait()

    async def _answers(self, client):
        try:
            return (await client.get("/healthz")).is_success
        except httpx.TransportError:
            return False


async def order(client, user):
    """The status, or None when the connection broke."""
    items = [{"product_id": 1 + user % 5, "quantity": 10}]
    body = {"user_id": user, "items": items, "coupon_id": 2}
    headers = {"Idempotency-Key": f"key-{user}"}
    try:
        return (await client.post("/orders", json=body, headers=headers)).status_code
    except httpx.TransportError:
        return None


async def broken(primary):
    findings = await check(primary, datetime.now(UTC))
    return [finding.invariant.name for finding in findings if finding.violations]


async def confirmed(primary):
    rows = await primary.fetch(
        "SELECT user_id, count(*) AS orders FROM orders "
        "WHERE hold_until IS NOT NULL AND status = 'confirmed' GROUP BY user_id"
    )
    return {row["user_id"]: row["orders"] for row in rows}


async def until(condition):
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 -- the database announces nothing
            await asyncio.sleep(PAUSE_SECONDS)


async def test_a_shop_killed_in_the_middle_of_orders_is_in_order_within_a_minute(settings, primary):
    await primary.execute(GATE)
    server = Server(settings)
    async with server.running() as client:
        orders = [asyncio.create_task(order(client, user)) for user in USERS]

        async def begun():
            return len(await confirmed(primary)) >= 20

        async def in_the_middle():
            return await primary.fetchval(HELD) > 0

        await until(begun)
        await primary.execute("SELECT pg_advisory_lock(7)")
        await until(in_the_middle)
        client.kill()
        answers = dict(zip(USERS, await asyncio.gather(*orders), strict=True))
    assert await in_the_middle()
    await primary.execute("SELECT pg_advisory_unlock(7)")
    assert await broken(primary) == []
    told = {user for user, status in answers.items() if status == 201}
    assert told <= set(await confirmed(primary))

    async with server.running() as client:

        async def settled():
            return await primary.fetchval(HELD) == 0

        await until(settled)
        assert await broken(primary) == []
        # Everybody asks again, with the same key: who had been sold to gets the same order.
        again = await asyncio.gather(*(order(client, user) for user in USERS))
        assert set(again) == {201}
    assert await confirmed(primary) == dict.fromkeys(USERS, 1)
    assert await broken(primary) == []
