"""A client of a shop in this process, and what the tests of it ask for."""

from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx

from commerce_app.app import build_app
from commerce_app.database.seed import Size
from commerce_app.shop import build_shop

SIZE = Size(products=100, users=300)


@asynccontextmanager
async def asking(settings, fireline=None, *, loops=True):
    """A client of a shop of its own."""
    shop = build_shop(settings, fireline)
    if not loops:
        shop = replace(shop, upkeep={})
    transport = httpx.ASGITransport(build_app(shop))
    async with shop.running(), httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        client.shop = shop
        yield client


async def order(client, user, product, quantity=1, **more):
    items = [{"product_id": product, "quantity": quantity}]
    return await client.post("/orders", json={"user_id": user, "items": items, **more})


def statuses(answers):
    return Counter(answer.status_code for answer in answers)
