"""Charges and claims whose COMMIT is not answered, by either way of making them."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from commerce_app.switches import Switch
from tests.commerce_app.shop_client import asking

pytestmark = pytest.mark.servers

SHORT = frozenset({Switch.COUPON_COUNTER, Switch.WALLET_SHORT_LOCKS})
END_OWN = "PERFORM pg_terminate_backend(pg_backend_pid())"


@pytest.fixture(params=[frozenset(), SHORT], ids=["long", "short"])
async def client(settings, request):
    async with asking(replace(settings, switches=request.param), loops=False) as client:
        yield client


@asynccontextmanager
async def unanswered(primary, table):
    """Whoever inserts loses the connection in COMMIT."""
    await primary.execute(
        f"CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {END_OWN}; RETURN NULL; END$$"
    )
    await primary.execute(
        f"CREATE CONSTRAINT TRIGGER gone AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION gone()"
    )
    try:
        yield
    finally:
        await primary.execute("DROP FUNCTION gone CASCADE")


@pytest.mark.parametrize(
    ("table", "path", "body"),
    [
        ("wallet_ledger", "/wallets/20/charge", {"amount": 1_000}),
        ("coupon_claims", "/coupons/3/claim", {"user_id": 20}),
    ],
)
async def test_nobody_is_told_that_it_failed(client, primary, table, path, body):
    async with unanswered(primary, table):
        answer = await client.post(path, json=body)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (504, None)
    assert "may have been made or not" in answer.json()["error"]


async def test_a_connection_that_was_lost_before_has_sent_nothing(client):
    async with client.shop.database.primary.connect() as connection:
        (await connection.get_raw_connection()).driver_connection.terminate()
    answer = await client.post("/wallets/21/charge", json={"amount": 1_000})
    assert (answer.status_code, answer.json()["error_type"]) == (503, "dependency")
