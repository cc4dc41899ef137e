"""Orders over a connection that does as it is told: how they end, what is counted, what is undone."""

import asyncio
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime
from types import SimpleNamespace

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from commerce_app.errors import DeadlineError, RateLimitedError, RejectedError, UnknownOutcomeError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.instrument.database import passes
from commerce_app.locks import RowLocks
from commerce_app.metrics import Metrics
from commerce_app.order.bill import Bill, Cart, Line
from commerce_app.order.confirmation import CONFIRM
from commerce_app.order.payment import PAY
from commerce_app.order.reservation import Reserved
from commerce_app.order.service import Orders
from commerce_app.order.settlement import ENDED, Settlement
from commerce_app.resilience.primary_patience import PrimaryPatience
from commerce_app.resilience.user_limits import Allowance, UserLimits
from commerce_app.switches import Switch, Switches

AT = datetime(2025, 9, 3, tzinfo=UTC)
CART = Cart(user_id=1, quantities={7: 2})
ORDER = Reserved(42, Bill(1, [Line(7, 2, 100)], None, 0), None)
KEY = RequestKey("order:1", "a", "print")


class RefusalError(Exception):
    sqlstate = asyncpg.SerializationError.sqlstate


class FakeConnection:
    """Transactions end as SQLAlchemy's do; the single statements find what ``rows`` says."""

    def __init__(self):
        self.rows = {PAY: SimpleNamespace(held=1, paid=1), CONFIRM: 1}
        self.failures = {}
        self.hangs_on = None
        self.commit_failure = None
        self.done = []

    @asynccontextmanager
    async def begin(self):
        yield self
        self.done.append("committed")
        if self.commit_failure is not None:
            raise self.commit_failure

    @asynccontextmanager
    async def connect(self):
        yield self

    async def execution_options(self, **options):
        self.done.append(options["isolation_level"])

    async def execute(self, statement, _parameters):
        if statement is self.hangs_on:
            await asyncio.Event().wait()
        if statement in self.failures:
            raise self.failures[statement]
        row = self.rows[statement]
        return SimpleNamespace(all=lambda: [row], scalar_one=lambda: row)


class FakeReservations:
    result = ORDER
    then = None

    async def reserve(self, _connection, _cart, _key, _at):
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


class FakeCompensation:
    def __init__(self):
        self.undone = []
        self.failure = None
        self.there = True

    async def undo(self, _connection, order_id, rejection, _at):
        if self.failure is not None:
            raise self.failure
        self.undone.append((order_id, rejection and rejection.status))
        return self.there


class FakeProducts:
    async def detail(self, _product_id):
        return b"{}"


class FakeReplays:
    kept = None

    async def unless(self, entry, _key):
        with suppress(RateLimitedError) if self.kept else nullcontext():
            await entry
            return None
        return self.kept


class World:
    """One order of 200 won."""

    def __init__(self):
        self.connection = FakeConnection()
        self.reservations = FakeReservations()
        self.compensation = FakeCompensation()
        self.replays = FakeReplays()
        self.metrics = Metrics()
        self.admitted = []
        self.ordered = []
        self.settlement = Settlement(self.metrics, self.ordered.append)
        self.over_the_rate = None
        self.allowance = Allowance("ordering", 1, 1)
        self.switches = Switches()
        self.pauses = []

    async def pause(self, seconds):
        self.pauses.append(seconds)
        self.reservations.result = self.reservations.then or self.reservations.result

    async def place(self, **limits):
        return await self.orders(**limits).place(CART, KEY)

    def orders(self, **limits):
        return Orders(
            self.connection,
            FakeProducts(),
            self.reservations,
            self.compensation,
            RowLocks(self.metrics),
            replays=self.replays,
            limits=UserLimits(self.allowance),
            admit=self._admit,
            patience=PrimaryPatience(self.switches, self.metrics, passes, self.pause),
            ordered=self.ordered.append,
            settlement=self.settlement,
            metrics=self.metrics,
            now=lambda: AT,
            **{"deadline_seconds": 60, **limits},
        )

    async def _admit(self, user_id):
        self.admitted.append(user_id)
        if self.over_the_rate is not None:
            raise self.over_the_rate

    def counted(self, counter):
        return {s.labels["outcome"]: s.value for s in counter.collect()[0].samples if s.value}

    @property
    def counts(self):
        return self.counted(self.metrics.orders), self.counted(self.metrics.payment_attempts)

    @property
    def carts_left(self):
        return self.metrics.carts_left.labels("request")._value.get()

    @property
    def revenue(self):
        return self.metrics.revenue_krw._value.get()


@pytest.fixture
async def world():
    return World()


async def test_an_order_over_the_rate_is_counted_as_such(world):
    world.over_the_rate = RateLimitedError("too many", 1)
    with pytest.raises(RateLimitedError):
        await world.place()
    assert (world.admitted, world.counted(world.metrics.orders)) == ([CART.user_id], {"rate_limited": 1})


async def test_an_answer_that_is_kept_comes_before_the_limits(world):
    world.over_the_rate = RateLimitedError("too many", 1)
    world.replays.kept = Answer(201, b"{}", replayed=True)
    assert await world.place() is world.replays.kept
    assert (world.counts, world.ordered) == (({"replayed": 1}, {}), [])


async def test_what_is_confirmed_is_placed_and_paid(world):
    answer = await world.place()
    assert answer == Answer(201, b'{"order_id":42,"subtotal":200,"discount":0,"total":200}')
    assert world.connection.done == ["committed", "AUTOCOMMIT"]
    assert (world.ordered, world.carts_left) == ([CART.user_id], 0)
    assert (world.counts, world.revenue) == (({"placed": 1}, {"paid": 1}), 200)
    assert world.compensation.undone == []


async def test_the_same_sold_again_is_counted_and_an_answer_told_again_is_not(world):
    world.allowance = Allowance("ordering", 9, 1)
    orders, sold = world.orders(), world.reservations.result
    for result in (sold, Answer(201, b"{}", replayed=True), sold):
        world.reservations.result = result
        await orders.place(CART, KEY)
    assert world.metrics.orders_repeated._value.get() == 1


@pytest.mark.parametrize(
    ("answer", "counted"),
    [(Answer(201, b"{}", replayed=True), "replayed"), (Answer(409, b"{}"), "rejected")],
)
async def test_an_answer_instead_of_a_reservation_ends_the_order(world, answer, counted):
    world.reservations.result = answer
    assert await world.place() is answer
    assert world.ordered == []
    assert (world.counts, world.revenue) == (({counted: 1}, {}), 0)


@pytest.mark.parametrize(
    ("there", "failure", "left"), [(True, None, 1), (False, None, 0), (True, OSError(), 0)]
)
async def test_a_cart_is_left_once_its_reservation_is_undone(world, there, failure, left):
    world.compensation.there, world.compensation.failure = there, failure
    world.connection.failures[CONFIRM] = DBAPIError("UPDATE", None, RefusalError())
    with pytest.raises(DBAPIError):
        await world.place()
    assert world.carts_left == left


async def test_what_was_not_reserved_is_not_undone(world):
    world.reservations.result = RejectedError(409, "out of stock")
    with pytest.raises(RejectedError):
        await world.place()
    assert (world.counts, world.compensation.undone) == (({"rejected": 1}, {}), [])


async def test_a_reservation_whose_commit_is_not_answered_is_undone(world):
    world.connection.commit_failure = OSError("connection reset")
    with pytest.raises(OSError, match="reset"):
        await world.place()
    assert (world.counts, world.compensation.undone) == (({"dependency": 1}, {}), [(42, None)])


AWAY = OSError("connection refused")


async def test_a_patient_order_waits_for_a_primary_that_is_away(world):
    world.switches.set({Switch.PRIMARY_PATIENCE: True})
    world.reservations.result, world.reservations.then = AWAY, ORDER
    assert (await world.place()).status == 201
    assert (world.pauses, world.counts) == ([0.1], ({"placed": 1}, {"paid": 1}))


async def test_an_order_that_is_not_patient_fails_at_once(world):
    world.reservations.result = AWAY
    with pytest.raises(OSError, match="refused"):
        await world.place()
    assert world.pauses == []


@pytest.mark.parametrize("error", [RejectedError(409, "out of stock"), ValueError("a bug")])
async def test_patience_is_for_what_passes(world, error):
    world.switches.set({Switch.PRIMARY_PATIENCE: True})
    world.reservations.result = error
    with pytest.raises(type(error)):
        await world.place()
    assert world.pauses == []


async def test_what_was_sent_to_commit_is_not_sent_again(world):
    world.switches.set({Switch.PRIMARY_PATIENCE: True})
    world.connection.commit_failure = OSError("connection reset")
    with pytest.raises(OSError, match="reset"):
        await world.place()
    assert (world.pauses, world.compensation.undone) == ([], [(42, None)])


async def test_patience_ends_at_the_deadline(world):
    world.switches.set({Switch.PRIMARY_PATIENCE: True})
    world.reservations.result = AWAY
    world.pause = lambda _seconds: asyncio.Event().wait()
    with pytest.raises(DeadlineError):
        await world.place(deadline_seconds=0.01)


async def test_a_confirmation_without_an_answer_is_unknown_and_left_alone(world):
    world.connection.hangs_on = CONFIRM
    with pytest.raises(UnknownOutcomeError, match="may have been placed or not") as unknown:
        await world.place(confirm_seconds=0.001)
    assert unknown.value.status == 504
    assert world.ordered == [CART.user_id]
    assert (world.counts, world.revenue) == (({"unknown": 1}, {"unknown": 1}), 0)
    assert world.compensation.undone == []


@pytest.mark.parametrize(("status", "placed", "revenue"), [("confirmed", 1, 200), ("cancelled", 0, 0)])
async def test_an_unknown_order_is_counted_once_it_is_known(world, status, placed, revenue):
    world.connection.failures[CONFIRM] = OSError("connection reset")
    with pytest.raises(UnknownOutcomeError):
        await world.place()
    world.connection.rows[ENDED] = SimpleNamespace(order_id=42, status=status)
    for _ in range(2):
        assert await world.settlement.settle(world.connection) == 0
    assert world.counts[0] == {"unknown": 1} | ({"placed": 1} if placed else {})
    assert (world.revenue, len(world.ordered)) == (revenue, 1 + placed)


async def test_a_connection_lost_in_the_confirmation_leaves_it_unknown(world):
    world.connection.failures[CONFIRM] = OSError("connection reset")
    with pytest.raises(UnknownOutcomeError):
        await world.place()
    assert world.counts == ({"unknown": 1}, {"unknown": 1})
    assert world.compensation.undone == []


async def test_a_confirmation_that_the_server_refuses_is_undone(world):
    world.connection.failures[CONFIRM] = DBAPIError("UPDATE", None, RefusalError())
    with pytest.raises(DBAPIError):
        await world.place()
    assert (world.counts, world.revenue) == (({"dependency": 1}, {"failed": 1}), 0)
    assert world.compensation.undone == [(42, None)]


@pytest.mark.parametrize(
    ("statement", "row"), [(PAY, SimpleNamespace(held=0, paid=0)), (CONFIRM, 0)], ids=["pay", "confirm"]
)
async def test_a_step_that_finds_the_hold_over_is_a_timeout(world, statement, row):
    world.connection.rows[statement] = row
    with pytest.raises(DeadlineError, match="within its hold"):
        await world.place()
    assert world.counts == ({"timeout": 1}, {"failed": 1})
    assert world.compensation.undone == [(42, None)]


async def test_a_balance_that_does_not_do_is_counted_once_and_kept_under_the_key(world):
    world.connection.rows[PAY] = SimpleNamespace(held=1, paid=0)
    with pytest.raises(RejectedError, match="does not hold 200 won"):
        await world.place()
    assert world.counts == ({"rejected": 1}, {"insufficient_balance": 1})
    assert world.compensation.undone == [(42, 409)]


async def test_a_debit_cut_short_is_a_failed_payment_and_undone(world):
    world.connection.hangs_on = PAY
    with pytest.raises(DeadlineError):
        await world.place(deadline_seconds=0.001)
    assert world.counts == ({"timeout": 1}, {"failed": 1})
    assert world.compensation.undone == [(42, None)]


async def test_an_undo_that_fails_does_not_hide_why_the_order_failed(world):
    world.connection.hangs_on = PAY
    world.compensation.failure = OSError("gone")
    with pytest.raises(DeadlineError, match="not done within"):
        await world.place(deadline_seconds=0.001)
