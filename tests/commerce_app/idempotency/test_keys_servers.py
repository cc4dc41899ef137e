"""Keys on charging and claiming, on a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.keys import remove_expired
from commerce_app.resilience.user_limits import Allowance, UserLimits
from commerce_app.switches import Switch
from tests.commerce_app.shop_client import asking, order, statuses

pytestmark = pytest.mark.servers


def charge(client, user, key=None, amount=1_000):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/wallets/{user}/charge", json={"amount": amount}, headers=headers)


def claim(client, user, key, coupon=3):
    headers = {"Idempotency-Key": key}
    return client.post(f"/coupons/{coupon}/claim", json={"user_id": user}, headers=headers)


async def balance(primary, user):
    return await primary.fetchval("SELECT balance FROM wallets WHERE user_id = $1", user)


async def test_a_charge_sent_twice_is_made_once(client, primary):
    first, second = await charge(client, 1, "a"), await charge(client, 1, "a")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert [answer.headers.get("Idempotent-Replay") for answer in (first, second)] == [None, "true"]
    assert await balance(primary, 1) == 5_001_000


async def test_many_at_once_are_made_once(client, primary):
    answers = await asyncio.gather(*(charge(client, 2, "a") for _ in range(50)))
    assert set(statuses(answers)) <= {201, 409}
    assert {answer.headers["Retry-After"] for answer in answers if answer.status_code == 409} <= {"1"}
    assert await balance(primary, 2) == 5_001_000


async def test_another_payload_is_refused(client, primary):
    await charge(client, 3, "a")
    assert (await charge(client, 3, "a", amount=2_000)).status_code == 422
    assert await balance(primary, 3) == 5_001_000


async def test_nobody_meets_the_key_of_another(client):
    answers = [await charge(client, user, "shared") for user in (4, 5)]
    assert [answer.headers.get("Idempotent-Replay") for answer in answers] == [None, None]


async def test_a_rejection_is_replayed_although_it_would_succeed_now(client, primary):
    await primary.execute("UPDATE wallets SET balance = 9999500 WHERE user_id = 6")
    first = await charge(client, 6, "a")
    await primary.execute("UPDATE wallets SET balance = 0 WHERE user_id = 6")
    second = await charge(client, 6, "a")
    assert (first.status_code, second.status_code) == (409, 409)
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replay"] == "true"


async def test_a_duplicate_of_what_is_under_way_is_told_to_wait(client, servers):
    other = await asyncpg.connect(servers.primary.url)
    try:
        async with other.transaction():
            await other.execute(
                "INSERT INTO idempotency_keys VALUES ('charge:7', 'a', 'print', NULL, NULL, 'infinity')"
            )
            answer = await charge(client, 7, "a")
        assert (answer.status_code, answer.headers["Retry-After"]) == (409, "1")
    finally:
        await other.close()


async def test_waiting_for_a_key_does_not_shorten_the_wait_for_other_locks(shop):
    keys = shop.wallets._keys
    async with shop.database.primary.begin() as connection:
        await keys.claim(connection, RequestKey("test:1", "b", "print"))
        found = await connection.exec_driver_sql("SHOW lock_timeout")
        assert found.scalar_one() == "5s"


async def test_an_order_sent_again_within_its_second_gets_its_answer(client, primary):
    client.headers["Idempotency-Key"] = "a"
    first, second = [await order(client, 13, 5) for _ in range(2)]
    assert (second.status_code, second.content) == (201, first.content)
    client.headers["Idempotency-Key"] = "b"
    assert (await order(client, 13, 5)).status_code == 429


async def test_an_order_that_was_placed_is_answered_without_its_products_page(client, shop, monkeypatch):
    client.headers["Idempotency-Key"] = "a"
    first = await order(client, 14, 5)
    shop.orders._limits._records.clear()

    async def gone(_product_id):
        raise ConnectionResetError

    monkeypatch.setattr(shop.orders._products, "detail", gone)
    second = await order(client, 14, 5)
    assert (second.status_code, second.content) == (201, first.content)


async def test_an_order_of_nobody_is_not_found_and_takes_nothing(client, primary):
    in_stock = "SELECT available FROM stock WHERE product_id = 6"
    before = await primary.fetchval(in_stock)
    client.headers["Idempotency-Key"] = "a"
    for _ in range(2):
        answer = await order(client, 2**31 - 1, 6)
        assert (answer.status_code, answer.json()["error"]) == (404, f"no user {2**31 - 1}")
    assert await primary.fetchval(in_stock) == before


async def test_a_failed_attempt_leaves_no_key(client, primary):
    """A wallet that five times does not take what fits ends in 503; the key must be free for the retry."""
    client.shop.switches.set({Switch.WALLET_SHORT_LOCKS: True})
    await primary.execute(
        "CREATE FUNCTION race() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
    )
    await primary.execute(
        "CREATE TRIGGER race BEFORE UPDATE ON wallets FOR EACH ROW "
        "WHEN (NEW.user_id = 8) EXECUTE FUNCTION race()"
    )
    assert (await charge(client, 8, "a")).status_code == 503
    await primary.execute("DROP FUNCTION race CASCADE")
    assert (await charge(client, 8, "a")).status_code == 201


async def test_a_claim_sent_twice_is_made_once_and_blocks_nobody(shop, client, primary):
    shop.coupons._limits = UserLimits(Allowance("claiming", 100, 60, failures=5, block_seconds=600))
    answers = [await claim(client, 9, "a") for _ in range(10)]
    assert statuses(answers) == {201: 10}
    assert len({answer.content for answer in answers}) == 1
    assert (
        await primary.fetchval("SELECT count(*) FROM coupon_claims WHERE coupon_id = 3 AND user_id = 9") == 1
    )


async def test_rejected_claims_block_a_user_and_their_replays_do_not(shop, client):
    shop.coupons._limits = UserLimits(Allowance("claiming", 100, 60, failures=5, block_seconds=600))
    await claim(client, 10, "first")
    for _ in range(4):
        again = [await claim(client, 10, "second") for _ in range(3)]
    assert statuses(again) == {409: 3}
    for number in range(4):
        assert (await claim(client, 10, "first")).status_code == 201
        assert (await claim(client, 10, f"more-{number}")).status_code == 409
    assert (await claim(client, 10, "late")).status_code == 429


async def test_the_switch_demands_keys(shop, client):
    shop.switches.set({Switch.IDEMPOTENCY_KEYS: True})
    answer = await charge(client, 11)
    assert (answer.status_code, "Idempotency-Key" in answer.json()["error"]) == (400, True)
    assert (await charge(client, 11, "a")).status_code == 201


async def test_after_a_day_a_key_is_as_new(client, primary):
    await charge(client, 12, "a")
    await primary.execute("UPDATE idempotency_keys SET expires_at = now() WHERE scope = 'charge:12'")
    assert "Idempotent-Replay" not in (await charge(client, 12, "a")).headers
    assert await balance(primary, 12) == 5_002_000


async def test_a_process_whose_clock_is_ahead_makes_nothing_twice(client, settings, primary, monkeypatch):
    client.headers["Idempotency-Key"] = "a"
    first = [await charge(client, 15, "a"), await claim(client, 15, "a"), await order(client, 15, 5)]
    for module in ("app", "shop"):
        monkeypatch.setattr(
            f"commerce_app.{module}._utc_now", lambda: datetime.now(UTC) + timedelta(hours=25)
        )
    async with asking(settings, loops=False) as ahead:
        ahead.headers["Idempotency-Key"] = "a"
        again = [await charge(ahead, 15, "a"), await claim(ahead, 15, "a"), await order(ahead, 15, 5)]
    assert [answer.content for answer in again] == [answer.content for answer in first]
    assert statuses(first) == {201: 3}


async def test_expired_keys_are_removed_in_batches(quiet_shop, primary, monkeypatch):
    monkeypatch.setattr("commerce_app.idempotency.keys.EXPIRED_BATCH", 10)
    at = datetime.now(UTC)
    await primary.execute("DELETE FROM idempotency_keys")
    await primary.executemany(
        "INSERT INTO idempotency_keys VALUES ('s', $1, 'print', 201, '', $2)",
        [(str(number), at + timedelta(hours=number - 25)) for number in range(30)],
    )
    assert await remove_expired(quiet_shop.database.primary) == 26
    assert await primary.fetchval("SELECT count(*) FROM idempotency_keys") == 4
