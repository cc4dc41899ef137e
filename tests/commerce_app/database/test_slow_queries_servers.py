"""Slow statements by their names, on a real primary."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from commerce_app.database.statements import Statement
from tests.commerce_app.shop_client import asking, order

pytestmark = pytest.mark.servers


@pytest.fixture
async def hasty(settings):
    """A shop to which everything is slow."""
    async with asking(replace(settings, slow_query_seconds=1e-9), loops=False) as client:
        yield client


def slow(client, server):
    """Operations that were slow, by how often."""
    return {
        sample.labels["operation"]: sample.value
        for family in client.shop.metrics.registry.collect()
        for sample in family.samples
        if sample.name == "db_slow_queries_total" and sample.labels["server"] == server and sample.value
    }


async def test_pages_and_orders_are_counted_by_what_they_do(hasty):
    assert (await hasty.get("/products/7")).status_code == 200
    assert (await order(hasty, 31, 7)).status_code == 201
    assert slow(hasty, "replica") == {"product_detail": 1, "product_standing": 1, "bought_together": 1}
    assert slow(hasty, "primary") == {
        "lock_stock": 1, "lock_wallet": 1, "reserve_order": 1, "pay_order": 1, "confirm_order": 1,
    }  # fmt: skip


async def test_what_has_no_name_is_other(hasty):
    async with hasty.shop.database.primary.connect() as connection:
        await connection.execute(text("SELECT 1"))
    assert slow(hasty, "primary") == {"other": 1}


async def test_a_statement_that_fails_slowly_is_slow(hasty):
    async with hasty.shop.database.primary.connect() as connection:
        with pytest.raises(DBAPIError):
            await connection.execute(Statement.PAY_ORDER.sql("SELECT 1 / 0"))
    assert slow(hasty, "primary") == {"pay_order": 1}


async def test_what_is_quick_is_not(settings):
    async with asking(replace(settings, slow_query_seconds=60), loops=False) as client:
        assert (await order(client, 32, 7)).status_code == 201
        assert slow(client, "primary") == {}
