"""Orders over a connection that does as it is told: how they end, and what is counted."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from commerce_app.errors import DeadlineError, RejectedError, UnknownOutcomeError
from commerce_app.idempotency.keys import IdempotencyKeys
from commerce_app.locks import RowLocks
from commerce_app.metrics import Metrics
from commerce_app.order.service import Cart, Orders
from commerce_app.order.stock import Line
from commerce_app.resilience.user_limits import Allowance, UserLimits
from commerce_app.wallet.service import DEBIT, Wallets

AT = datetime(2025, 9, 3, tzinfo=UTC)
CART = Cart(user_id=1, quantities={7: 2})


class RefusalError(Exception):
    sqlstate = asyncpg.SerializationError.sqlstate


class FakeConnection:
    """Every statement finds a wallet of ``balance``; a transaction ends as SQLAlchemy's does."""

    def __init__(self):
        self.balance = 1_000
        self.ends = []
        self.refusal = None
        self.hangs_on = None
        self.answer = asyncio.Event()
        self.answer.set()

    @asynccontextmanager
    async def begin(self):
        try:
            yield self
        except BaseException:
            self.ends.append("rolled back")
            raise
        if not self.ends:
            await self.commit()

    async def execute(self, statement, _parameters):
        if statement is self.hangs_on:
            await asyncio.Event().wait()
        rows = [SimpleNamespace(balance=self.balance)]
        return SimpleNamespace(all=lambda: rows, scalar_one=lambda: 42)

    async def commit(self):
        await self.answer.wait()
        if self.refusal is not None:
            raise self.refusal
        self.ends.append("committed")


class FakeStock:
    async def take(self, _connection, quantities):
        return [Line(product_id, quantity, 100) for product_id, quantity in quantities.items()]


class FakeProducts:
    async def detail(self, _product_id):
        return b"{}"


class World:
    """One order of 200 won."""

    def __init__(self):
        self.connection = FakeConnection()
        self.metrics = Metrics()
        self.wallets = Wallets(self.connection, RowLocks(self.metrics), IdempotencyKeys(5), self.metrics)

    async def place(self, **limits):
        orders = Orders(
            self.connection,
            FakeProducts(),
            FakeStock(),
            None,
            self.wallets,
            limits=UserLimits(Allowance("ordering", 1, 1)),
            metrics=self.metrics,
            **{"deadline_seconds": 60, **limits},
        )
        return await orders.place(CART, AT)

    def counted(self, counter):
        return {s.labels["outcome"]: s.value for s in counter.collect()[0].samples if s.value}

    @property
    def orders(self):
        return self.counted(self.metrics.orders)

    @property
    def payments(self):
        return self.counted(self.metrics.payment_attempts)


@pytest.fixture
async def world():
    return World()


async def test_what_is_committed_is_placed_and_paid(world):
    placed = await world.place()
    assert (placed.order_id, placed.bill.total) == (42, 200)
    assert world.connection.ends == ["committed"]
    assert (world.orders, world.payments) == ({"placed": 1}, {"paid": 1})
    assert world.metrics.revenue_krw._value.get() == 200


async def test_a_commit_without_an_answer_is_unknown(world):
    world.connection.answer.clear()
    with pytest.raises(UnknownOutcomeError, match="may have been placed or not") as unknown:
        await world.place(commit_seconds=0.001)
    assert unknown.value.status == 504
    assert (world.orders, world.payments) == ({"unknown": 1}, {"unknown": 1})
    assert world.metrics.revenue_krw._value.get() == 0


async def test_a_connection_lost_in_commit_leaves_it_unknown(world):
    world.connection.refusal = OSError("connection reset")
    with pytest.raises(UnknownOutcomeError):
        await world.place()
    assert (world.orders, world.payments) == ({"unknown": 1}, {"unknown": 1})


async def test_nothing_is_paid_when_the_server_refuses_to_commit(world):
    world.connection.refusal = DBAPIError("COMMIT", None, RefusalError())
    with pytest.raises(DBAPIError):
        await world.place()
    assert (world.orders, world.payments) == ({"dependency": 1}, {"failed": 1})
    assert world.metrics.revenue_krw._value.get() == 0


async def test_a_balance_that_does_not_do_is_counted_once(world):
    world.connection.balance = 199
    with pytest.raises(RejectedError):
        await world.place()
    assert (world.orders, world.payments) == ({"rejected": 1}, {"insufficient_balance": 1})


async def test_a_debit_cut_short_is_a_failed_payment(world):
    world.connection.hangs_on = DEBIT
    with pytest.raises(DeadlineError):
        await world.place(deadline_seconds=0.001)
    assert (world.orders, world.payments) == ({"timeout": 1}, {"failed": 1})
    assert world.connection.ends == ["rolled back"]
