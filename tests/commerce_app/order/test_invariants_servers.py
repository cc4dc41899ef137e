"""Each invariant holds of a shop in use, and is broken by what it forbids."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from commerce_app.cli import shop as shop_commands
from commerce_app.metrics import Metrics
from commerce_app.order.invariants import INVARIANTS, check
from commerce_app.outbox.relay import Relay
from commerce_app.product.sales import Sales
from tests.commerce_app.shop_client import order

pytestmark = pytest.mark.servers

OF_USER_1 = "(SELECT min(order_id) FROM orders WHERE user_id = 1 AND hold_until IS NOT NULL)"
BREACHES = {
    "stock": "UPDATE stock SET available = available + 1 WHERE product_id = 10",
    "wallet": "UPDATE wallets SET balance = balance - 10 WHERE user_id = 50",
    "charged": f"UPDATE wallet_ledger SET amount = amount - 100 WHERE order_id = {OF_USER_1}",
    "price": f"UPDATE order_items SET unit_price = unit_price + 100 WHERE order_id = {OF_USER_1}",
    "coupon_number": "INSERT INTO coupon_claims VALUES (5, 50, now())",
    "coupon_once": f"UPDATE coupon_claims SET order_id = NULL WHERE order_id = {OF_USER_1}",
    "key_once": "INSERT INTO orders (user_id, subtotal, discount, status, reserved_at, idempotency_key) "
    "SELECT user_id, 1, 0, 'reserved', reserved_at, idempotency_key FROM orders WHERE user_id = 1 "
    "AND hold_until IS NOT NULL",
    "held": "INSERT INTO orders (user_id, subtotal, discount, status, reserved_at) "
    "SELECT 50, 1, 0, 'reserved', now() - interval '61 s'",
    "sold_lines": f"UPDATE order_items SET paid_at = NULL WHERE order_id = {OF_USER_1}",
    "event_once": "DELETE FROM outbox",
    "sales_once": "UPDATE product_sales SET quantity = quantity + 1 WHERE product_id = 10 "
    "AND hour = (SELECT max(hour) FROM product_sales WHERE product_id = 10)",
}


@pytest.fixture(scope="module")
def used():
    return []


@pytest.fixture(autouse=True)
async def books(quiet_client, primary, used):
    """Two orders, one with a coupon and a key, one of them counted as sales."""
    if not used:
        quiet_client.headers["Idempotency-Key"] = "a"
        assert (await order(quiet_client, 1, 10, quantity=10, coupon_id=2)).status_code == 201
        engine = quiet_client.shop.database.background
        await Relay(engine, [Sales(engine)], Metrics()).relay(datetime.now(UTC))
        assert (await order(quiet_client, 2, 10)).status_code == 201
        used.append(True)


async def broken(primary, **ahead):
    findings = await check(primary, datetime.now(UTC) + timedelta(**ahead))
    return {finding.invariant.name for finding in findings if finding.violations}


def test_each_has_a_breach():
    assert list(BREACHES) == [invariant.name for invariant in INVARIANTS]


async def test_all_hold_of_a_shop_in_use(primary):
    assert await broken(primary) == set()


@asynccontextmanager
async def undone(primary):
    await primary.execute("BEGIN")
    try:
        yield
    finally:
        await primary.execute("ROLLBACK")


async def violations(primary, name):
    """Within a transaction, where ``check`` cannot have one of its own."""
    (query,) = [each.violations for each in INVARIANTS if each.name == name]
    late = [datetime.now(UTC) - timedelta(seconds=60)] if "$1" in query else []
    return await primary.fetchval(query, *late)


@pytest.mark.parametrize("name", BREACHES)
async def test_what_it_forbids_breaks_it(primary, name):
    async with undone(primary):
        await primary.execute(BREACHES[name])
        assert await violations(primary, name) > 0


async def test_a_charge_to_another_user_breaks_it(primary):
    async with undone(primary):
        await primary.execute(f"UPDATE wallet_ledger SET user_id = 2 WHERE order_id = {OF_USER_1}")
        assert await violations(primary, "charged") == 1


async def test_a_price_may_change_but_not_be_charged_an_hour_later(primary):
    async with undone(primary):
        await primary.execute("UPDATE products SET price = price + 100 WHERE product_id = 10")
        assert await violations(primary, "price") == 0
        await primary.execute("UPDATE product_prices SET since = since - interval '1 hour'")
        assert await violations(primary, "price") == 2


def verify(settings, *arguments):
    urls = {
        "DATABASE_URL": settings.database_url,
        "REPLICA_URL": settings.replica_url,
        "REDIS_URL": settings.redis_url,
    }
    return CliRunner().invoke(shop_commands, ["verify", *arguments], env=urls)


async def test_a_breach_is_an_exit_code(settings, primary):
    await primary.execute("UPDATE stock SET available = available + 1 WHERE product_id IN (11, 12)")
    try:
        result = await asyncio.to_thread(verify, settings, "--json")
    finally:
        await primary.execute("UPDATE stock SET available = available - 1 WHERE product_id IN (11, 12)")
    assert result.exit_code == 1
    counts = {finding["invariant"]: finding["violations"] for finding in json.loads(result.output)}
    assert counts == dict.fromkeys(BREACHES, 0) | {"stock": 2}


async def test_a_database_that_is_not_seeded_says_what_to_run(servers, settings):
    result = await asyncio.to_thread(verify, replace(settings, database_url=servers.primary.maintenance_url))
    assert (result.exit_code, result.output) == (
        2,
        "fireline: DATABASE_URL: expected a seeded database: run `fireline shop seed` first\n",
    )


async def test_a_shop_in_order_is_verified(settings):
    result = await asyncio.to_thread(verify, settings)
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == (
        "     0  stock          available + held + sold = initial, of each product"
    )
    assert len(result.output.splitlines()) == len(INVARIANTS)
