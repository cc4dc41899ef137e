"""Whatever customers, failures, sweepers and relays do, in any order, the books are right."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from commerce_app.metrics import Metrics
from commerce_app.order.invariants import check
from commerce_app.order.repair import Sweeper
from commerce_app.outbox.relay import Relay
from commerce_app.product.sales import Sales
from commerce_app.resilience.user_limits import Allowance, UserLimits
from tests.commerce_app.shop_client import asking

pytestmark = pytest.mark.servers

GENEROUS = Allowance("asking", 1_000_000, 1)
# Each example has four users; orders of the last two break in the step to "paid", and to "confirmed".
GROUPS = 70
BREAKING = {2, 3}
BREAK = """
CREATE FUNCTION breaking() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'broken'; END$$;
CREATE TRIGGER breaking AFTER UPDATE ON orders FOR EACH ROW
WHEN (NEW.user_id % 4 = 2 AND NEW.status = 'paid' OR NEW.user_id % 4 = 3 AND NEW.status = 'confirmed')
EXECUTE FUNCTION breaking();
"""
# Little enough that it runs out.
RESTOCK = """
UPDATE stock SET initial = initial + 40 - available, available = 40 WHERE product_id <= 3;
UPDATE coupons SET available = 2, number = 2 + (SELECT count(*) FROM coupon_claims WHERE coupon_id = 3)
WHERE coupon_id = 3;
"""


class Book:
    """The shop that all examples share, on an event loop of its own."""

    def __init__(self, configuration):
        self.configuration = configuration
        self.runner = asyncio.Runner()
        self.exit = AsyncExitStack()
        self.at = datetime.now(UTC)
        self.example = 0

    def __enter__(self):
        self.runner.run(self._open())
        return self

    def __exit__(self, *_):
        self.runner.run(self.exit.aclose())
        self.runner.close()

    async def _open(self):
        self.client = await self.exit.enter_async_context(asking(self.configuration, loops=False))
        self.shop = self.client.shop
        self.shop.orders._now = lambda: self.at
        self.shop.orders._limits = UserLimits(GENEROUS)
        self.shop.coupons._limits = UserLimits(GENEROUS)
        engine = self.shop.database.background
        self.sweeper = Sweeper(engine, self.shop.orders._compensation, Metrics())
        self.relay = Relay(engine, [Sales(engine)], Metrics())
        self.reader = await asyncpg.connect(self.configuration.database_url)
        self.exit.push_async_callback(self.reader.close)
        await self.reader.execute(BREAK)

    async def violations(self):
        findings = await check(self.reader, self.at)
        return {finding.invariant.name: finding.violations for finding in findings}


users = st.integers(0, 3)
keys = st.none() | st.sampled_from(["a", "b"])
baskets = st.dictionaries(st.integers(1, 4), st.integers(1, 10), min_size=1, max_size=3)


class Customers(RuleBasedStateMachine):
    book: Book

    def ask(self, path, body, key):
        headers = {"Idempotency-Key": f"{self.book.example}-{key}"} if key else {}
        return self.book.runner.run(self.book.client.post(path, json=body, headers=headers))

    @initialize()
    def begin(self):
        """What an example that failed before has broken stays broken, and is not this one's."""
        self.book.example += 1
        self.book.at += timedelta(minutes=1)
        self.book.runner.run(self.book.sweeper.sweep(self.book.at))
        self.book.runner.run(self.book.reader.execute(RESTOCK))
        self.before = self.book.runner.run(self.book.violations())

    def user_id(self, user):
        return 4 * (1 + self.book.example % GROUPS) + user

    @rule(
        user=users, basket=baskets, coupon=st.none() | st.sampled_from([2, 3]), key=keys, killed=st.booleans()
    )
    def order(self, user, basket, coupon, key, killed):
        items = [{"product_id": product, "quantity": pieces} for product, pieces in basket.items()]
        orders = self.book.shop.orders
        if killed:
            orders._undo = lambda *_: asyncio.sleep(0)
        answer = self.ask(
            "/orders", {"user_id": self.user_id(user), "items": items, "coupon_id": coupon}, key
        )
        vars(orders).pop("_undo", None)
        if user in BREAKING:
            assert answer.status_code != 201

    @rule(user=users, key=keys)
    def charge(self, user, key):
        assert self.ask(f"/wallets/{self.user_id(user)}/charge", {"amount": 1_000}, key).status_code in {
            201,
            409,
            422,
        }

    @rule(user=users, key=keys)
    def claim(self, user, key):
        assert self.ask("/coupons/3/claim", {"user_id": self.user_id(user)}, key).status_code in {
            201,
            409,
            422,
        }

    @rule(seconds=st.integers(1, 40))
    def wait(self, seconds):
        """The sweeper comes every five seconds, if it is late by up to 20."""
        for _ in range(0, seconds, 20):
            self.book.at += timedelta(seconds=min(20, seconds))
            self.book.runner.run(self.book.sweeper.sweep(self.book.at))

    @rule()
    def relay(self):
        self.book.runner.run(self.book.relay.relay(self.book.at))

    @invariant()
    def the_books_are_right(self):
        after = self.book.runner.run(self.book.violations())
        assert {name: count for name, count in after.items() if count > self.before[name]} == {}


def test_the_books_are_right_whatever_happens(settings):
    with Book(settings) as book:
        machine = type("Customers", (Customers,), {"book": book})
        run_state_machine_as_test(
            machine,
            settings=examples(
                max_examples=15, stateful_step_count=20, deadline=None,
                # Examples share a database: shrinking one would take what it left for its own.
                phases=[Phase.generate],
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )  # fmt: skip
