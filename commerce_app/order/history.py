"""What a user has ordered, from the cache, never without what he knows to have ordered."""

from collections.abc import Callable
from functools import partial

import orjson

from commerce_app.cache.read_path import Cache
from commerce_app.database.reads import Reads
from commerce_app.database.statements import Statement
from commerce_app.errors import RejectedError
from commerce_app.order.own_pages import OwnPage, OwnPages

LATEST = 20

ORDERS = Statement.USER_ORDERS.sql("""
SELECT (
    SELECT coalesce(json_agg(row_to_json(latest)), '[]'::json)::text
    FROM (SELECT order_id, subtotal, discount, subtotal - discount AS total, paid_at, (
              SELECT json_agg(row_to_json(line))
              FROM (SELECT product_id, p.name, i.quantity, i.unit_price
                    FROM order_items AS i JOIN products AS p USING (product_id)
                    WHERE i.order_id = o.order_id ORDER BY product_id) AS line
          ) AS items
          FROM orders AS o WHERE o.user_id = u.user_id AND o.status = 'confirmed'
          ORDER BY paid_at DESC, order_id DESC LIMIT :latest) AS latest
) AS orders
FROM users AS u WHERE u.user_id = :user_id
""")


class OrderHistory:
    """A page is known by its user and, for a while after a write of his, by the time of that write.

    So who tells when he last wrote sees his own order at once, and no request waits for a page to be
    taken out of Redis. The page of a later write takes the place of an earlier one's. One from a server that
    may lack the write is kept apart: it must not outlive the switch that makes sure of it. Who does not tell
    sees his order when the page was forgotten, or its TTL is over.
    """

    def __init__(self, reads: Reads, cache: Cache, ttl_seconds: float, now: Callable[[], float]) -> None:
        self._reads = reads
        self._cache = cache
        self._ttl_seconds = ttl_seconds
        self._now = now
        self._own = OwnPages()

    async def show(self, user_id: int, wrote_at: float | None) -> bytes:
        """``{user_id, orders}``, the latest first; raises RejectedError (404).

        wrote_at: Unix seconds; what was written until then is in it.
        """
        routed, at = self._reads.routed, self._now()
        if wrote_at is not None and wrote_at <= at - 2 * self._ttl_seconds:
            wrote_at = None  # every page is younger
        if wrote_at is not None:
            wrote_at = self._own.latest(user_id, wrote_at, at)
        key = history_key(user_id, wrote_at, routed=routed)
        if wrote_at is not None and (replaced := self._own.put(user_id, OwnPage(wrote_at, key))):
            self._cache.forget(replaced)
        body = await self._cache.read(key, partial(self._load, user_id, wrote_at, routed=routed))
        if body is None:
            raise RejectedError(404, f"no user {user_id}")
        return body

    def forget(self, user_id: int) -> None:
        """There is, or may be, an order that is not in the page."""
        self._cache.forget(history_key(user_id, None, routed=True))

    async def _load(self, user_id: int, wrote_at: float | None, *, routed: bool) -> bytes | None:
        async with self._reads.connect(wrote_at, routed=routed) as connection:
            parameters = {"user_id": user_id, "latest": LATEST}
            row = (await connection.execute(ORDERS, parameters)).one_or_none()
        if row is None:
            return None
        return orjson.dumps({"user_id": user_id, "orders": orjson.Fragment(row.orders)})


def history_key(user_id: int, wrote_at: float | None, *, routed: bool) -> str:
    """The page that holds what was written until ``wrote_at``, for sure if its read is routed."""
    if wrote_at is None:
        return f"orders:v1:{user_id}"
    return f"orders:v1:{user_id}:{wrote_at:.6f}" + ("" if routed else ":unsure")
