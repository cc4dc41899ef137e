"""Crowds at one product, one coupon, one key: on a real PostgreSQL, over two shops as two processes are."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from commerce_app.errors import RejectedError
from commerce_app.order.invariants import check
from commerce_app.resilience.user_limits import Allowance, UserLimits
from tests.commerce_app.shop_client import asking, order, statuses

pytestmark = pytest.mark.servers

GENEROUS = Allowance("asking", 1_000_000, 1)


@pytest.fixture
async def shops(settings):
    patient = replace(settings, order_deadline_seconds=60)
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(asking(patient, loops=False)) for _ in range(2)]
        for client in clients:
            client.shop.orders._limits = UserLimits(GENEROUS)
            client.shop.coupons._limits = UserLimits(GENEROUS)
        yield clients


@pytest.fixture(autouse=True)
async def books(primary):
    yield
    findings = await check(primary, datetime.now(UTC))
    assert [finding.invariant.name for finding in findings if finding.violations] == []


async def test_two_hundred_buyers_of_a_hundred_units(shops, primary):
    await primary.execute("UPDATE stock SET available = 100, initial = 100 WHERE product_id = 50")
    answers = await asyncio.gather(*(order(shops[buyer % 2], 1 + buyer, 50) for buyer in range(200)))
    assert statuses(answers) == {201: 100, 409: 100}
    assert await primary.fetchval("SELECT available FROM stock WHERE product_id = 50") == 0


async def test_five_hundred_coupons_for_five_thousand_claimants(shops, primary):
    await primary.execute(
        "INSERT INTO users SELECT number, 'crowd' FROM generate_series(10001, 15000) AS number"
    )
    at = datetime.now(UTC)

    async def claim(user):
        coupons = shops[user % 2].shop.coupons
        try:
            return (await coupons.claim(1, user, at)).status
        except RejectedError as error:
            return error.status

    ended = await asyncio.gather(*(claim(user) for user in range(10_001, 15_001)))
    assert (ended.count(201), ended.count(409)) == (500, 4_500)
    assert await primary.fetchval("SELECT count(*) FROM coupon_claims WHERE coupon_id = 1") == 500


async def test_a_thousand_duplicates_are_one_order(shops, primary):
    for client in shops:
        client.headers["Idempotency-Key"] = "once"
    answers = await asyncio.gather(*(order(shops[copy % 2], 250, 51) for copy in range(1_000)))
    assert set(statuses(answers)) <= {201, 409}
    placed = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in placed}) == 1
    assert [answer.headers.get("Idempotent-Replay") for answer in placed].count(None) == 1
    ordered = "SELECT count(*) FROM orders WHERE user_id = 250 AND hold_until IS NOT NULL"
    assert await primary.fetchval(ordered) == 1
    again = await order(shops[0], 250, 51)
    assert (again.status_code, again.content) == (201, placed[0].content)
