"""The outbox on a real PostgreSQL: at least once out, exactly once in effect."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from commerce_app.metrics import Metrics
from commerce_app.outbox.relay import Relay
from commerce_app.outbox.retention import remove_sent
from commerce_app.product.sales import Sales
from tests.commerce_app.shop_client import order

pytestmark = pytest.mark.servers

PAID_AT = datetime(2030, 1, 1, 10, 30, tzinfo=UTC)
HOUR = PAID_AT.replace(minute=0)


class Recorder:
    def __init__(self, failures=0):
        self.taken = []
        self.failures = failures

    async def take(self, events, _at):
        self.taken += [event.event_id for event in events]
        if self.failures:
            self.failures -= 1
            raise OSError("the consumer is away")


@pytest.fixture
def engine(quiet_shop):
    return quiet_shop.database.background


async def write_events(primary, name, count):
    await primary.execute("UPDATE outbox SET published_at = now() WHERE published_at IS NULL")
    payload = (
        '{"order_id": 1, "paid_at": "2030-01-01T10:30:00+00:00", "items": [{"product_id": 9, "quantity": 2}]}'
    )
    await primary.executemany(
        "INSERT INTO outbox VALUES ($1, 'order-confirmed', $2, $3, NULL)",
        [(f"{name}:{number:04}", payload, PAID_AT + timedelta(seconds=number)) for number in range(count)],
    )


async def sold(primary):
    return await primary.fetchval(
        "SELECT coalesce(sum(quantity), 0) FROM product_sales WHERE product_id = 9 AND hour = $1", HOUR
    )


async def test_a_confirmed_order_is_counted_as_sales(quiet_client, engine, primary):
    metrics = Metrics()
    relay = Relay(engine, [Sales(engine)], metrics)
    await relay.relay(datetime.now(UTC))
    count = "SELECT sum(quantity) FROM product_sales WHERE product_id = 20"
    before = await primary.fetchval(count)
    assert (await order(quiet_client, 20, 20, quantity=3)).status_code == 201
    assert await primary.fetchval(count) == before
    assert await relay.relay(datetime.now(UTC)) == 1
    assert await primary.fetchval(count) == before + 3
    assert await relay.relay(datetime.now(UTC)) == 0


async def test_events_go_oldest_first_and_once_when_all_is_well(engine, primary):
    await write_events(primary, "order", 250)
    recorder, metrics = Recorder(), Metrics()
    assert await Relay(engine, [recorder], metrics).relay(PAID_AT) == 250
    assert recorder.taken == [f"order:{number:04}" for number in range(250)]
    assert metrics.outbox_pending._value.get() == 0


async def test_an_event_that_is_sent_twice_counts_once(engine, primary):
    """The sales are counted, then another consumer fails: the events come again."""
    await write_events(primary, "twice", 5)
    before = await sold(primary)
    metrics = Metrics()
    relay = Relay(engine, [Sales(engine), Recorder(failures=1)], metrics)
    with pytest.raises(OSError, match="away"):
        await relay.relay(PAID_AT + timedelta(seconds=10))
    assert await sold(primary) == before + 10
    assert metrics.outbox_pending._value.get() == 5
    assert metrics.outbox_oldest_age_seconds._value.get() == 10
    assert await relay.relay(PAID_AT) == 5
    assert await sold(primary) == before + 10


async def test_a_turn_ends_although_events_keep_coming(engine, primary):
    await write_events(primary, "first", 3)

    class Selling(Recorder):
        async def take(self, events, at):
            await super().take(events, at)
            await primary.execute(
                "INSERT INTO outbox VALUES ($1, 'order-confirmed', '{}', $2, NULL)",
                f"next:{len(self.taken)}",
                PAID_AT,
            )

    metrics = Metrics()
    assert await Relay(engine, [Selling()], metrics).relay(PAID_AT) == 3
    assert metrics.outbox_pending._value.get() == 1


async def test_two_relays_share_the_work(engine, primary):
    await write_events(primary, "shared", 400)
    before = await sold(primary)
    relays = [Relay(engine, [Sales(engine)], Metrics()) for _ in range(2)]
    assert sum(await asyncio.gather(*(relay.relay(PAID_AT) for relay in relays))) == 400
    assert await sold(primary) == before + 800


async def test_what_was_sent_a_week_ago_is_removed_and_what_is_pending_is_not(engine, primary, monkeypatch):
    monkeypatch.setattr("commerce_app.outbox.retention.BATCH", 10)
    await write_events(primary, "old", 25)
    await Relay(engine, [Sales(engine)], Metrics()).relay(PAID_AT)
    await primary.execute("UPDATE outbox SET published_at = NULL WHERE event_id = 'old:0007'")
    await remove_sent(engine, PAID_AT + timedelta(days=7))
    left = "SELECT array_agg(event_id) FROM {} WHERE event_id LIKE 'old:%'"
    assert await primary.fetchval(left.format("outbox")) == ["old:0007"]
    assert await primary.fetchval(left.format("inbox")) == ["old:0007"]
