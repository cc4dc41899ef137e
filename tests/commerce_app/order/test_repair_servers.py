"""Orders that break at each step, on a real PostgreSQL: what is held, what is undone, what stays."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from commerce_app.metrics import Metrics
from commerce_app.order.repair import Sweeper
from tests.commerce_app.shop_client import asking, order, statuses

pytestmark = pytest.mark.servers

WELCOME = 2


@asynccontextmanager
async def failing(primary, step, user, how="RAISE EXCEPTION 'no'"):
    """The step that brings an order of this user to this state fails."""
    await primary.execute(
        f"CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {how}; RETURN NULL; END$$"
    )
    await primary.execute(
        "CREATE TRIGGER broken AFTER INSERT OR UPDATE ON orders FOR EACH ROW "
        f"WHEN (NEW.status = '{step}' AND NEW.user_id = {user}) EXECUTE FUNCTION broken()"
    )
    try:
        yield
    finally:
        await primary.execute("DROP FUNCTION broken CASCADE")


@pytest.fixture
def sweeper(quiet_shop):
    return Sweeper(quiet_shop.database.background, quiet_shop.orders._compensation, Metrics())


async def holdings(primary, user, product=30):
    """What an order moves: stock, balance, whether the coupon is used."""
    return tuple(
        await primary.fetchrow(
            "SELECT (SELECT available FROM stock WHERE product_id = $2), balance, "
            "(SELECT order_id FROM coupon_claims WHERE coupon_id = 2 AND user_id = $1) "
            "FROM wallets WHERE user_id = $1",
            user,
            product,
        )
    )


async def states(primary, user):
    rows = await primary.fetch(
        "SELECT status FROM orders WHERE user_id = $1 AND hold_until IS NOT NULL ORDER BY order_id", user
    )
    return [row["status"] for row in rows]


def buy(client, user, key=None, product=30):
    client.headers.pop("Idempotency-Key", None)
    if key:
        client.headers["Idempotency-Key"] = key
    return order(client, user, product, quantity=10, coupon_id=WELCOME)


@pytest.mark.parametrize(("user", "step"), [(30, "reserved"), (31, "paid"), (32, "confirmed")])
async def test_a_step_that_fails_leaves_nothing_and_frees_the_key(quiet_client, primary, user, step):
    before = await holdings(primary, user)
    async with failing(primary, step, user):
        answer = await buy(quiet_client, user, "a")
    assert (answer.status_code, answer.json()["error_type"]) == (503, "dependency")
    assert await holdings(primary, user) == before
    assert await states(primary, user) == ([] if step == "reserved" else ["cancelled"])
    quiet_client.shop.orders._limits._records.clear()
    assert (await buy(quiet_client, user, "a")).status_code == 201


async def test_money_comes_back_by_the_ledger(quiet_client, primary):
    async with failing(primary, "confirmed", 33):
        await buy(quiet_client, 33)
    entries = await primary.fetch(
        "SELECT kind, amount FROM wallet_ledger WHERE user_id = 33 AND order_id IS NOT NULL ORDER BY entry_id"
    )
    assert [entry["kind"] for entry in entries] == ["order", "refund"]
    assert sum(entry["amount"] for entry in entries) == 0


async def test_an_order_that_the_wallet_cannot_pay_is_rejected_again_under_its_key(quiet_client, primary):
    await primary.execute("UPDATE wallets SET balance = 500 WHERE user_id = 34")
    before = await holdings(primary, 34)
    first = await buy(quiet_client, 34, "a")
    assert (first.status_code, await holdings(primary, 34)) == (409, before)
    quiet_client.shop.orders._limits._records.clear()
    second = await buy(quiet_client, 34, "a")
    assert (second.status_code, second.content) == (409, first.content)
    assert second.headers["Idempotent-Replay"] == "true"
    assert await states(primary, 34) == ["cancelled"]


async def test_a_refund_may_pass_the_ceiling_of_charging(quiet_client, primary, sweeper):
    await hold(quiet_client, primary, 35, "confirmed")
    await primary.execute("UPDATE wallets SET balance = 10000000 WHERE user_id = 35")
    assert await sweeper.sweep(datetime.now(UTC) + timedelta(seconds=31)) == 1
    assert (await holdings(primary, 35))[1] > 10_000_000


async def hold(client, primary, user, step, product=30):
    """An order whose request dies at this step and can undo nothing."""
    undo = client.shop.orders._undo
    client.shop.orders._undo = lambda *_: asyncio.sleep(0)
    try:
        async with failing(primary, step, user):
            await buy(client, user, "a", product)
    finally:
        client.shop.orders._undo = undo


@pytest.mark.parametrize(("user", "state"), [(40, "reserved"), (41, "paid")])
async def test_what_is_held_is_undone_when_its_hold_is_over(quiet_client, primary, sweeper, user, state):
    before = await holdings(primary, user)
    await hold(quiet_client, primary, user, {"reserved": "paid", "paid": "confirmed"}[state])
    now = datetime.now(UTC)
    assert await holdings(primary, user) != before
    assert await sweeper.sweep(now) == 0
    metrics = sweeper._metrics
    assert metrics.orders_held._value.get() == 1
    assert 0 <= metrics.orders_oldest_held_age_seconds._value.get() < 10
    assert await sweeper.sweep(now + timedelta(seconds=31)) == 1
    assert await holdings(primary, user) == before
    assert metrics.orders_held._value.get() == 0
    assert metrics.orders_repaired.labels(state)._value.get() == 1
    assert metrics.carts_left.labels("sweeper")._value.get() == 1
    assert await sweeper.sweep(now + timedelta(seconds=31)) == 0


async def test_a_duplicate_of_a_held_order_waits_until_it_is_settled(quiet_client, primary, sweeper):
    await hold(quiet_client, primary, 42, "confirmed")
    limits = quiet_client.shop.orders._limits._records
    limits.clear()
    waiting = await buy(quiet_client, 42, "a")
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (409, "1")
    await sweeper.sweep(datetime.now(UTC) + timedelta(seconds=31))
    limits.clear()
    assert (await buy(quiet_client, 42, "a")).status_code == 201


async def test_a_late_step_finds_its_order_undone(quiet_client, primary, sweeper):
    """The request sleeps after its reservation, past its hold, and the sweeper comes first."""
    shop = quiet_client.shop
    before = await holdings(primary, 43)
    options = shop.orders._pay_and_confirm

    async def asleep(*arguments):
        await sweeper.sweep(datetime.now(UTC) + timedelta(seconds=31))
        return await options(*arguments)

    shop.orders._pay_and_confirm = asleep
    answer = await buy(quiet_client, 43)
    assert (answer.status_code, answer.json()["error_type"]) == (504, "timeout")
    assert await holdings(primary, 43) == before


async def test_sweepers_share_the_work_beside_buyers(quiet_client, primary, quiet_shop):
    users = range(50, 80)
    for user in users:
        await hold(quiet_client, primary, user, "confirmed")
    at = datetime.now(UTC) + timedelta(seconds=31)
    sweepers = [
        Sweeper(quiet_shop.database.background, quiet_shop.orders._compensation, Metrics()) for _ in range(3)
    ]
    buyers = [order(quiet_client, user, 30) for user in range(80, 110)]
    *undone, answers = await asyncio.gather(
        *(sweeper.sweep(at) for sweeper in sweepers), asyncio.gather(*buyers)
    )
    assert sum(undone) == 30 + statuses(answers)[504]
    assert set(statuses(answers)) <= {201, 504}


async def test_a_sweeper_passes_over_what_another_holds(quiet_client, primary, servers, sweeper):
    await hold(quiet_client, primary, 45, "confirmed")
    other = await asyncpg.connect(servers.primary.url)
    async with other.transaction():
        await other.execute("SELECT FROM orders WHERE user_id = 45 FOR UPDATE")
        assert await sweeper.sweep(datetime.now(UTC) + timedelta(seconds=31)) == 0
    assert await sweeper.sweep(datetime.now(UTC) + timedelta(seconds=31)) == 1
    await other.close()


async def test_a_stock_that_somebody_holds_keeps_back_only_its_own_orders(quiet_client, primary, servers):
    for user, product in ((46, 30), (47, 31)):
        await hold(quiet_client, primary, user, "confirmed", product)
    later = datetime.now(UTC) + timedelta(seconds=31)
    impatient = replace(quiet_client.shop.settings, lock_timeout_seconds=0.2)
    other = await asyncpg.connect(servers.primary.url)
    async with asking(impatient, loops=False) as client:
        sweeper = Sweeper(client.shop.database.background, client.shop.orders._compensation, Metrics())
        async with other.transaction():
            await other.execute("SELECT FROM stock WHERE product_id = 30 FOR UPDATE")
            assert await sweeper.sweep(later) == 1
            assert (await states(primary, 46), await states(primary, 47)) == (["paid"], ["cancelled"])
        assert sweeper._metrics.orders_held._value.get() == 1
        assert await sweeper.sweep(later) == 1
    await other.close()


async def test_an_order_at_another_price_than_shown_is_refused(quiet_client, primary):
    price = await primary.fetchval("SELECT price FROM products WHERE product_id = 33")
    refused = await order(quiet_client, 48, 33, quantity=2, expected_total=price)
    assert (refused.status_code, refused.json()["error"]) == (
        409, f"price_changed: expected {price} won, the order comes to {2 * price}",
    )  # fmt: skip
    quiet_client.shop.orders._limits._records.clear()
    assert (await order(quiet_client, 48, 33, quantity=2, expected_total=2 * price)).status_code == 201
