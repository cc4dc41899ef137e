"""What must hold of the shop's books at any moment, as queries that count what breaks it.

Each transaction of the shop keeps all of them, so that they hold under load and after a kill too, but the
one about time, which a sweeper that runs keeps. Orders of the seed have no hold and are left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import orjson

HELD_AT_MOST = timedelta(seconds=60)


@dataclass(frozen=True)
class Invariant:
    """``violations`` is a query for one number; it may ask for ``$1``, the latest allowed reservation."""

    name: str
    says: str
    violations: str


@dataclass(frozen=True)
class Finding:
    invariant: Invariant
    violations: int


INVARIANTS = (
    Invariant(
        "stock",
        "available + held + sold = initial, of each product",
        """
        SELECT count(*) FROM stock AS s LEFT JOIN (
            SELECT i.product_id, sum(i.quantity) AS taken
            FROM orders AS o JOIN order_items AS i USING (order_id)
            WHERE o.hold_until IS NOT NULL AND o.status <> 'cancelled' GROUP BY i.product_id
        ) AS t USING (product_id) WHERE s.available + coalesce(t.taken, 0) <> s.initial
        """,
    ),
    Invariant(
        "wallet",
        "the balance = the sum of the ledger, of each wallet",
        """
        SELECT count(*) FROM wallets AS w LEFT JOIN (
            SELECT user_id, sum(amount) AS booked FROM wallet_ledger GROUP BY user_id
        ) AS l USING (user_id) WHERE w.balance <> coalesce(l.booked, 0)
        """,
    ),
    Invariant(
        "charged",
        "an order that stands was paid for once by its user, its lines less the discount; any other, nothing",
        """
        SELECT count(*) FROM orders AS o
        LEFT JOIN (SELECT order_id, sum(quantity * unit_price) AS subtotal FROM order_items
                   GROUP BY order_id) AS i USING (order_id)
        LEFT JOIN (SELECT b.order_id, -sum(b.amount) AS charged,
                          bool_or(b.user_id <> p.user_id) AS on_another
                   FROM wallet_ledger AS b JOIN orders AS p USING (order_id)
                   GROUP BY b.order_id) AS l USING (order_id)
        WHERE o.hold_until IS NOT NULL AND (
            i.subtotal IS DISTINCT FROM o.subtotal OR l.on_another
            OR coalesce(l.charged, 0) <> CASE WHEN o.status IN ('paid', 'confirmed')
                                              THEN o.subtotal - o.discount ELSE 0 END
        )
        """,
    ),
    Invariant(
        "price",
        "every line was charged at a price that the product had within a minute of its reservation",
        """
        SELECT count(*) FROM orders AS o JOIN order_items AS i USING (order_id)
        WHERE o.hold_until IS NOT NULL AND o.status <> 'cancelled' AND NOT EXISTS (
            SELECT FROM (
                SELECT product_id, price, since,
                       lead(since, 1, 'infinity') OVER (PARTITION BY product_id ORDER BY since) AS until
                FROM product_prices
            ) AS p WHERE p.product_id = i.product_id AND p.price = i.unit_price
              AND p.since <= o.reserved_at + interval '1 minute'
              AND p.until >= o.reserved_at - interval '1 minute'
        )
        """,
    ),
    Invariant(
        "coupon_number",
        "available + claimed = number, of each coupon",
        """
        SELECT count(*) FROM coupons AS n
        WHERE n.available + (SELECT count(*) FROM coupon_claims WHERE coupon_id = n.coupon_id) <> n.number
        """,
    ),
    Invariant(
        "coupon_once",
        "a claim is spent on the one order that stands and has the coupon, or on none",
        """
        SELECT count(*) FROM (
            SELECT order_id, coupon_id, user_id FROM orders
            WHERE coupon_id IS NOT NULL AND hold_until IS NOT NULL AND status <> 'cancelled'
        ) AS o FULL JOIN (
            SELECT order_id, coupon_id, user_id FROM coupon_claims WHERE order_id IS NOT NULL
        ) AS c USING (order_id, coupon_id, user_id) WHERE o IS NULL OR c IS NULL
        """,
    ),
    Invariant(
        "key_once",
        "one order that stands for each user and idempotency key of a day",
        """
        SELECT count(*) FROM (
            SELECT 1 FROM orders WHERE idempotency_key IS NOT NULL AND status <> 'cancelled'
            GROUP BY user_id, idempotency_key
            HAVING count(*) > 1 AND max(reserved_at) - min(reserved_at) < interval '24 hours'
        ) AS twice
        """,
    ),
    Invariant(
        "held",
        "no order is held for longer than a minute",
        "SELECT count(*) FROM orders WHERE status IN ('reserved', 'paid') AND reserved_at < $1",
    ),
    Invariant(
        "sold_lines",
        "lines are sales if, and only if, their order is confirmed",
        """
        SELECT count(*) FROM orders AS o JOIN order_items AS i USING (order_id)
        WHERE (i.paid_at IS NOT NULL) <> (o.status = 'confirmed')
        """,
    ),
    # Events are removed after a week.
    Invariant(
        "event_once",
        "one event for each order confirmed within a day, none for any other",
        """
        SELECT count(*) FROM (
            SELECT order_id FROM orders WHERE status = 'confirmed' AND hold_until IS NOT NULL
            AND paid_at > CAST($1 AS timestamptz) - interval '1 day'
        ) AS o FULL JOIN (
            SELECT CAST(payload ->> 'order_id' AS bigint) AS order_id, count(*) AS events
            FROM outbox WHERE topic = 'order-confirmed' GROUP BY 1
        ) AS e USING (order_id)
        WHERE e.events IS DISTINCT FROM 1 OR NOT EXISTS (
            SELECT FROM orders WHERE order_id = e.order_id AND status = 'confirmed'
        )
        """,
    ),
    Invariant(
        "sales_once",
        "pieces counted as sales, and those whose event is not yet taken, are those of the lines sold",
        """
        SELECT count(*) FROM (
            SELECT product_id, sum(quantity) AS pieces FROM order_items WHERE paid_at IS NOT NULL
            GROUP BY product_id
        ) AS lines FULL JOIN (
            SELECT product_id, sum(quantity) AS pieces FROM (
                SELECT product_id, quantity FROM product_sales
                UNION ALL
                SELECT i.product_id, i.quantity FROM outbox AS e
                JOIN order_items AS i ON i.order_id = CAST(e.payload ->> 'order_id' AS bigint)
                WHERE e.topic = 'order-confirmed' AND NOT EXISTS (
                    SELECT FROM inbox WHERE consumer = 'sales' AND event_id = e.event_id
                )
            ) AS counted GROUP BY product_id
        ) AS sales USING (product_id) WHERE lines.pieces IS DISTINCT FROM sales.pieces
        """,
    ),
)


async def check(connection: asyncpg.Connection, at: datetime) -> Sequence[Finding]:
    """All of them, over one snapshot of the primary."""
    findings = []
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for invariant in INVARIANTS:
            parameters = [at - HELD_AT_MOST] if "$1" in invariant.violations else []
            violations = await connection.fetchval(invariant.violations, *parameters)
            findings.append(Finding(invariant, int(violations)))
    return findings


async def verify_books(database_url: str, at: datetime) -> Sequence[Finding]:
    """Connect, check and leave; raises what connecting and asking raise."""
    connection = await asyncpg.connect(database_url)
    try:
        return await check(connection, at)
    finally:
        await connection.close()


def findings_text(findings: Iterable[Finding]) -> str:
    """A line for each invariant: how often it is broken, and what it says."""
    return "\n".join(
        f"{each.violations:>6}  {each.invariant.name:<14} {each.invariant.says}" for each in findings
    )


def findings_json(findings: Iterable[Finding]) -> str:
    """``[{"invariant", "says", "violations"}]``."""
    return orjson.dumps(
        [
            {"invariant": each.invariant.name, "says": each.invariant.says, "violations": each.violations}
            for each in findings
        ],
        option=orjson.OPT_INDENT_2,
    ).decode()
