"""Numbers that no column can hold are refused at the door of every route: no server is asked."""

import httpx
import pytest

from commerce_app.app import build_app
from commerce_app.settings import Settings
from commerce_app.shop import build_shop

ORDER = {"user_id": 1, "items": [{"product_id": 1, "quantity": 1}]}


async def ask(method, path, body):
    nowhere = Settings("postgresql://n/a", "postgresql://n/a", "redis://n")
    transport = httpx.ASGITransport(build_app(build_shop(nowhere)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return (await client.request(method, path, json=body)).status_code


@pytest.mark.parametrize("number", [-99_999_999_999, 0, 2**31])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/products/{}", None),
        ("GET", "/products/{}/bought-together", None),
        ("GET", "/products?category={}", None),
        ("GET", "/products/ranking?category={}", None),
        ("GET", "/users/{}/orders", None),
        ("GET", "/wallets/{}", None),
        ("POST", "/wallets/{}/charge", {"amount": 1_000}),
        ("POST", "/coupons/{}/claim", {"user_id": 1}),
    ],
)
async def test_in_a_path_or_query(method, path, body, number):
    assert await ask(method, path.format(number), body) == 422


@pytest.mark.parametrize("number", [-99_999_999_999, 0, 2**31])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/coupons/1/claim", lambda number: {"user_id": number}),
        ("/orders", lambda number: ORDER | {"user_id": number}),
        ("/orders", lambda number: ORDER | {"coupon_id": number}),
        ("/orders", lambda number: ORDER | {"items": [{"product_id": number, "quantity": 1}]}),
        ("/admin/prewarm", lambda number: {"product_ids": [number], "author": "a", "reason": "b"}),
    ],
)
async def test_in_a_body(path, body, number):
    assert await ask("POST", path, body(number)) == 422
