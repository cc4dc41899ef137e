"""The whole application at its door, before it asks any server."""

import asyncio

import httpx
import pytest

from commerce_app.app import build_app
from commerce_app.settings import Settings
from commerce_app.shop import build_shop
from commerce_app.switches import Switch

NOWHERE = Settings(
    "postgresql://127.0.0.1:1/shop", "postgresql://127.0.0.1:1/shop", "redis://127.0.0.1:1/0",
    admin_token="secret", concurrent_requests=1, switches=frozenset({Switch.LOAD_SHEDDING}),
)  # fmt: skip
JSON = {"Content-Type": "application/json", "Authorization": "Bearer secret"}


@pytest.fixture
async def client():
    transport = httpx.ASGITransport(build_app(build_shop(NOWHERE)))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop", headers=JSON) as client:
        yield client


BODIES = [
    b"", b"{", b"NaN", b"[]", b"\xff\xfe", b"[" * 10_000, b'{"amount":NaN}', b'{"amount":1e400}',
    b'{"amount":%s}' % (b"9" * 5000), b'{"amount":"\\ud800"}', b'{"\\ud800":1}', b'{"user_id":NaN}',
    b'{"product_ids":[2147483648]}', b'{"product_ids":["\\ud800"]}', b'{"top":NaN}',
]  # fmt: skip


PATHS = ["/orders", "/coupons/1/claim", "/wallets/1/charge", "/admin/prewarm"]
# Pre-warming without a body is pre-warming as it comes.
CALLS = [(path, body) for path in PATHS for body in BODIES if (path, body) != ("/admin/prewarm", b"")]


@pytest.mark.parametrize(("path", "body"), CALLS, ids=range(len(CALLS)))
async def test_a_body_that_says_nothing_is_the_customers_mistake(client, path, body):
    answer = await client.post(path, content=body)
    assert (answer.status_code, list(answer.json())) == (422, ["error", "error_type"])


async def test_a_mistake_is_named_and_not_repeated(client):
    answer = await client.post("/wallets/1/charge", json={"amount": "x" * 10_000})
    assert answer.json()["error"].startswith("body.amount: Input should be a valid integer")
    named = await client.post("/wallets/1/charge", json={"amount": 1_000, "y" * 10_000: 1})
    assert named.json()["error"] == f"body.{'y' * 100}…: Extra inputs are not permitted"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/orders", 405),
        ("GET", "/products/one", 422),
        ("PUT", "/orders", 405),
    ],
)
async def test_every_refusal_is_told_in_one_way(client, method, path, status):
    answer = await client.request(method, path)
    assert (answer.status_code, list(answer.json())) == (status, ["error", "error_type"])


async def test_a_method_that_is_not_there_names_those_that_are(client):
    assert (await client.get("/orders")).headers["Allow"] == "POST"


async def test_a_mistake_of_ours_is_told_without_its_inside():
    shop = build_shop(NOWHERE)
    object.__setattr__(shop.products, "page", None)
    transport = httpx.ASGITransport(build_app(shop), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        answer = await client.get("/products/1")
    assert answer.json() == {"error": "the shop made a mistake", "error_type": "internal"}


async def test_a_large_body_is_refused_before_who_sends_it_is_asked_for(client):
    answer = await client.post("/admin/prewarm", content=b" " * 20_000, headers={"Authorization": ""})
    assert answer.status_code == 413


async def test_who_sends_slowly_holds_no_place(client):
    sent = asyncio.Event()

    async def slow():
        yield b"{"
        sent.set()
        await asyncio.Event().wait()

    slowly = asyncio.create_task(client.post("/wallets/1/charge", content=slow()))
    await sent.wait()
    assert (await client.post("/wallets/1/charge", content=b"{}")).status_code == 422
    slowly.cancel()
