"""Crowds at one coupon and one wallet, locks held long and short: a real PostgreSQL, two shops."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest

from commerce_app.order.invariants import check
from commerce_app.resilience.user_limits import Allowance, UserLimits
from commerce_app.switches import Switch
from tests.commerce_app.shop_client import asking, order, statuses

pytestmark = pytest.mark.servers

GENEROUS = Allowance("asking", 1_000_000, 1)
SHORT = frozenset({Switch.COUPON_COUNTER, Switch.WALLET_SHORT_LOCKS})
COUPON = 7
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


async def open_shops(stack, settings, *switches):
    clients = []
    for each in switches:
        patient = replace(settings, order_deadline_seconds=60, switches=each)
        client = await stack.enter_async_context(asking(patient, loops=False))
        client.shop.orders._limits = UserLimits(GENEROUS)
        client.shop.coupons._limits = UserLimits(GENEROUS)
        clients.append(client)
    return clients


@pytest.fixture(
    params=[(frozenset(), frozenset()), (SHORT, SHORT), (frozenset(), SHORT)], ids=["long", "short", "mixed"]
)
async def shops(settings, request, primary):
    """Two processes; while a switch is flipped one is ahead of the other."""
    await primary.execute("DELETE FROM coupon_claims WHERE coupon_id = $1", COUPON)
    await primary.execute("UPDATE coupons SET available = number WHERE coupon_id = $1", COUPON)
    async with AsyncExitStack() as stack:
        yield await open_shops(stack, settings, *request.param)


@pytest.fixture
async def short(settings):
    async with AsyncExitStack() as stack:
        (client,) = await open_shops(stack, settings, SHORT)
        yield client


@pytest.fixture(autouse=True)
async def books(primary):
    yield
    findings = await check(primary, datetime.now(UTC))
    assert [finding.invariant.name for finding in findings if finding.violations] == []


async def stock_of_coupon(primary, number):
    claimed = "SELECT count(*) FROM coupon_claims WHERE coupon_id = $1"
    await primary.execute(
        f"UPDATE coupons SET available = $2::int, number = $2::int + ({claimed}) WHERE coupon_id = $1",
        COUPON,
        number,
    )


async def claim(client, user):
    return await client.post(f"/coupons/{COUPON}/claim", json={"user_id": user})


async def waiters(primary, number):
    while await primary.fetchval(WAITING) < number:
        pass


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        ("coupons WHERE coupon_id = 7", ("/coupons/7/claim", {"user_id": 200})),
        ("wallets WHERE user_id = 200", ("/wallets/200/charge", {"amount": 1_000})),
    ],
)
async def test_one_key_by_both_ways_at_once_is_no_deadlock(servers, settings, primary, row, asked):
    """The short way waits for the row, the long one has the key by then and waits behind it."""
    async with AsyncExitStack() as stack:
        shops = await open_shops(stack, settings, SHORT, frozenset())
        answering, (path, body) = [], asked
        holder = await asyncpg.connect(servers.primary.url)
        async with holder.transaction():
            await holder.execute(f"SELECT FROM {row} FOR UPDATE")
            for number, shop in enumerate(shops, 1):
                post = shop.post(path, json=body, headers={"Idempotency-Key": "both"})
                answering.append(asyncio.create_task(post))
                await waiters(primary, number)
        answers = await asyncio.gather(*answering)
        await holder.close()
    assert set(statuses(answers)) <= {201, 409}
    assert 201 in statuses(answers)


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "a"}])
async def test_who_gives_up_waiting_for_the_row_does_not_wait_for_it_again(servers, settings, headers):
    impatient = replace(settings, lock_timeout_seconds=0.2, switches=SHORT)
    holder = await asyncpg.connect(servers.primary.url)
    async with asking(impatient, loops=False) as client, holder.transaction():
        await holder.execute("SELECT FROM wallets WHERE user_id = 201 FOR UPDATE")
        answer = await client.post("/wallets/201/charge", json={"amount": 1_000}, headers=headers)
        waits = client.shop.metrics.lock_acquire.labels("wallet", "timeout")._value.get()
    await holder.close()
    assert (answer.status_code, waits) == (504, 1)


async def test_a_coupon_goes_to_as_many_users_as_there_are_pieces_each_once(shops, primary):
    await stock_of_coupon(primary, 20)
    crowd = [user for user in range(1, 41) for _ in range(3)]
    answers = await asyncio.gather(*(claim(shops[each % 2], user) for each, user in enumerate(crowd)))
    assert statuses(answers) == {201: 20, 409: 100}
    assert sorted(answer.json()["left"] for answer in answers if answer.status_code == 201) == list(range(20))


async def test_claims_are_refused_for_the_same_reasons(shops, primary):
    for client in shops:
        await stock_of_coupon(primary, 2)
        user = 100 + shops.index(client)
        assert (await claim(client, user)).json() == {"coupon_id": COUPON, "user_id": user, "left": 1}
        reasons = [(await claim(client, each)).json()["error"] for each in (user, 999_999)]
        assert reasons == [f"user {user} has the coupon already", "no user 999999"]
        await stock_of_coupon(primary, 0)
        assert (await claim(client, 102)).json()["error"] == "the coupon is sold out"
        await primary.execute("UPDATE coupons SET expires_at = expires_at - interval '9 years'")
        assert (await claim(client, 102)).json()["error"] == "the coupon has expired"
        await primary.execute("UPDATE coupons SET expires_at = expires_at + interval '9 years'")
        gone = await client.post("/coupons/999/claim", json={"user_id": 1})
        assert (gone.status_code, gone.json()["error"]) == (404, "no coupon 999")


async def test_a_claim_is_sent_twice_and_made_once(shops):
    key = {"Idempotency-Key": "twice"}
    body = {"user_id": 120}
    path = f"/coupons/{COUPON}/claim"
    first, again = [await shop.post(path, json=body, headers=key) for shop in shops]
    assert (first.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replay"] == "true"
    other = await shops[1].post(path, json={"user_id": 120}, headers={"Idempotency-Key": "another"})
    assert other.status_code == 409
    replayed = await shops[0].post(path, json={"user_id": 120}, headers={"Idempotency-Key": "another"})
    assert (replayed.content, replayed.headers["Idempotent-Replay"]) == (other.content, "true")


async def test_copies_of_a_claim_at_once_are_one_claim(short, primary):
    await stock_of_coupon(primary, 9)
    path, key = f"/coupons/{COUPON}/claim", {"Idempotency-Key": "copies"}
    copies = [short.post(path, json={"user_id": 121}, headers=key) for _ in range(20)]
    answers = await asyncio.gather(*copies)
    assert statuses(answers) == {201: 20}
    assert len({answer.content for answer in answers}) == 1
    assert [answer.headers.get("Idempotent-Replay") for answer in answers].count(None) == 1
    assert await primary.fetchval("SELECT available FROM coupons WHERE coupon_id = $1", COUPON) == 8


async def test_copies_of_a_charge_at_once_are_one_charge(short, primary):
    before = await primary.fetchval("SELECT balance FROM wallets WHERE user_id = 133")
    key = {"Idempotency-Key": "copies"}
    copies = [short.post("/wallets/133/charge", json={"amount": 1_000}, headers=key) for _ in range(20)]
    answers = await asyncio.gather(*copies)
    assert statuses(answers) == {201: 20}
    assert {answer.json()["balance"] for answer in answers} == {before + 1_000}
    assert [answer.headers.get("Idempotent-Replay") for answer in answers].count(None) == 1
    other = await short.post("/wallets/133/charge", json={"amount": 2_000}, headers=key)
    assert other.status_code == 422


async def test_a_charge_that_is_refused_is_refused_again(shops):
    key = {"Idempotency-Key": "refused"}
    refused, again = [
        await shop.post("/wallets/999999/charge", json={"amount": 1_000}, headers=key) for shop in shops
    ]
    assert (refused.status_code, refused.json()["error"]) == (404, "no wallet of user 999999")
    assert (again.content, again.headers["Idempotent-Replay"]) == (refused.content, "true")


async def test_a_key_whose_day_is_over_is_as_new(short, primary):
    await stock_of_coupon(primary, 9)
    path, key = f"/coupons/{COUPON}/claim", {"Idempotency-Key": "yesterday"}
    assert (await short.post(path, json={"user_id": 122}, headers=key)).status_code == 201
    await primary.execute("UPDATE idempotency_keys SET expires_at = now() WHERE key = 'yesterday'")
    again = await short.post(path, json={"user_id": 122}, headers=key)
    assert (again.status_code, again.json()["error"]) == (409, "user 122 has the coupon already")


async def test_orders_and_charges_of_one_wallet_all_count(shops):
    work = []
    for each in range(12):
        client = shops[each % 2]
        work += [order(client, 130, 1 + each % 5), client.post("/wallets/130/charge", json={"amount": 1_000})]
    ended = Counter(
        (answer.request.url.path.rpartition("/")[2], answer.status_code)
        for answer in await asyncio.gather(*work)
    )
    assert ended == {("orders", 201): 12, ("charge", 201): 12}


async def test_charges_never_pass_the_ceiling(shops, primary):
    room = 10_000_000 - await primary.fetchval("SELECT balance FROM wallets WHERE user_id = 132")
    await shops[0].post("/wallets/132/charge", json={"amount": room % 100_000 or 100_000})
    charges = [shops[each % 2].post("/wallets/132/charge", json={"amount": 100_000}) for each in range(60)]
    answers = await asyncio.gather(*charges)
    assert set(statuses(answers)) <= {201, 409}
    assert await primary.fetchval("SELECT balance FROM wallets WHERE user_id = 132") == 10_000_000
    refused = await shops[1].post("/wallets/132/charge", json={"amount": 1_000})
    assert refused.json()["error"] == "a wallet holds at most 10000000 won"
    await primary.execute("UPDATE wallets SET balance = 5000000 WHERE user_id = 132")
    await primary.execute("DELETE FROM wallet_ledger WHERE user_id = 132 AND kind <> 'opening'")


async def test_who_comes_when_all_are_gone_waits_for_nobody(short, servers, primary):
    await stock_of_coupon(primary, 0)
    holder = await asyncpg.connect(servers.primary.url)
    async with holder.transaction():
        await holder.execute("SELECT FROM coupons WHERE coupon_id = $1 FOR UPDATE", COUPON)
        assert (await claim(short, 140)).json()["error"] == "the coupon is sold out"
    await holder.close()


async def test_the_ordinary_way_they_wait_for_the_row(settings, servers, primary):
    await stock_of_coupon(primary, 0)
    holder = await asyncpg.connect(servers.primary.url)
    async with AsyncExitStack() as stack:
        (client,) = await open_shops(stack, settings, frozenset())
        async with holder.transaction():
            await holder.execute("SELECT FROM coupons WHERE coupon_id = $1 FOR UPDATE", COUPON)
            asked = asyncio.create_task(claim(client, 140))
            while not await primary.fetchval(WAITING):
                assert not asked.done()
        assert (await asked).status_code == 409
    await holder.close()


async def test_an_order_is_written_while_somebody_holds_the_wallet(short, servers, primary):
    """It waits when it pays: until then the wallet is nobody's concern."""
    holder = await asyncpg.connect(servers.primary.url)
    reserved = "SELECT count(*) FROM orders WHERE user_id = 150 AND status = 'reserved'"
    async with holder.transaction():
        await holder.execute("SELECT FROM wallets WHERE user_id = 150 FOR UPDATE")
        placing = asyncio.create_task(order(short, 150, 5))
        while not await primary.fetchval(reserved):
            assert not placing.done()
    assert (await placing).status_code == 201
    await holder.close()


async def test_the_ordinary_way_it_is_not_written_before(settings, servers, primary):
    holder = await asyncpg.connect(servers.primary.url)
    async with AsyncExitStack() as stack:
        (client,) = await open_shops(stack, settings, frozenset())
        async with holder.transaction():
            await holder.execute("SELECT FROM wallets WHERE user_id = 151 FOR UPDATE")
            placing = asyncio.create_task(order(client, 151, 5))
            while not await primary.fetchval(WAITING):
                assert not placing.done()
            assert (
                await primary.fetchval(
                    "SELECT count(*) FROM orders WHERE user_id = 151 AND hold_until IS NOT NULL"
                )
                == 0
            )
        assert (await placing).status_code == 201
    await holder.close()
