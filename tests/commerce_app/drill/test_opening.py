"""Acts on real servers: what one leaves behind, the next does not find."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from commerce_app.database.seed import Size, seed
from commerce_app.drill.opening import open_books
from commerce_app.stack.stack import Stack

pytestmark = pytest.mark.servers


async def sell_out(url):
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE coupons SET available = 0; UPDATE stock SET available = available - 1")
    await connection.execute("UPDATE orders SET status = 'reserved' WHERE order_id = 1")
    await connection.close()


def test_each_act_begins_with_the_seeded_books():
    seeded = []

    def fill():
        seeded.append(asyncio.run(seed(servers.primary.url, Size(100, 10), datetime(2026, 1, 1, tzinfo=UTC))))

    with Stack() as servers:
        first = open_books(servers, fill)
        asyncio.run(sell_out(servers.primary.url))
        assert open_books(servers, fill) == first
    assert seeded == [True]
    assert first["coupons"] > 500
    assert first["held"] == 0
