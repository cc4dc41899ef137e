"""Claiming a coupon first come, first served; using it once in an order."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.coupon.discount import Coupon
from commerce_app.errors import RejectedError
from commerce_app.locks import RowLocks
from commerce_app.resilience.user_limits import UserLimits

LOCK_COUPON = text("""
SELECT available, expires_at FROM coupons WHERE coupon_id = :coupon_id FOR UPDATE
""")
CLAIM = text("""
INSERT INTO coupon_claims (coupon_id, user_id, claimed_at) VALUES (:coupon_id, :user_id, :at)
ON CONFLICT DO NOTHING RETURNING coupon_id
""")
TAKE_ONE = text("UPDATE coupons SET available = available - 1 WHERE coupon_id = :coupon_id")
USER_EXISTS = text("SELECT 1 FROM users WHERE user_id = :user_id")
LOCK_CLAIM = text("""
SELECT n.kind, n.value, n.cap, n.minimum, n.expires_at, c.order_id
FROM coupon_claims AS c JOIN coupons AS n USING (coupon_id)
WHERE c.coupon_id = :coupon_id AND c.user_id = :user_id FOR UPDATE OF c
""")
USE = text("""
UPDATE coupon_claims SET order_id = :order_id WHERE coupon_id = :coupon_id AND user_id = :user_id
""")


class Coupons:
    def __init__(self, primary: AsyncEngine, locks: RowLocks, limits: UserLimits) -> None:
        self._primary = primary
        self._locks = locks
        self._limits = limits

    async def claim(self, coupon_id: int, user_id: int, at: datetime) -> int:
        """Give the user one and return how many are left; raises RejectedError, RateLimitedError."""
        self._limits.admit(user_id, at.timestamp())
        try:
            left = await self._claim(coupon_id, user_id, at)
        except RejectedError:
            self._limits.failed(user_id, at.timestamp())
            raise
        self._limits.succeeded(user_id)
        return left

    async def _claim(self, coupon_id: int, user_id: int, at: datetime) -> int:
        async with self._primary.begin() as connection:
            rows = await self._locks.take("coupon", connection, LOCK_COUPON, {"coupon_id": coupon_id})
            if not rows:
                raise RejectedError(404, f"no coupon {coupon_id}")
            if at >= rows[0].expires_at:
                raise RejectedError(409, "the coupon has expired")
            if rows[0].available == 0:
                raise RejectedError(409, "the coupon is sold out")
            await self._record_claim(connection, coupon_id, user_id, at)
            await connection.execute(TAKE_ONE, {"coupon_id": coupon_id})
            return int(rows[0].available) - 1

    async def _record_claim(
        self, connection: AsyncConnection, coupon_id: int, user_id: int, at: datetime
    ) -> None:
        if (await connection.execute(USER_EXISTS, {"user_id": user_id})).one_or_none() is None:
            raise RejectedError(404, f"no user {user_id}")
        claim = {"coupon_id": coupon_id, "user_id": user_id, "at": at}
        if (await connection.execute(CLAIM, claim)).one_or_none() is None:
            raise RejectedError(409, f"user {user_id} has the coupon already")

    async def lock_claim(self, connection: AsyncConnection, coupon_id: int, user_id: int) -> Coupon:
        """The user's unused coupon, held until the transaction ends; raises RejectedError."""
        claim = {"coupon_id": coupon_id, "user_id": user_id}
        rows = await self._locks.take("coupon", connection, LOCK_CLAIM, claim)
        if not rows:
            raise RejectedError(409, f"user {user_id} has not claimed coupon {coupon_id}")
        if rows[0].order_id is not None:
            raise RejectedError(409, f"user {user_id} has used coupon {coupon_id}")
        row = rows[0]
        return Coupon(row.kind, row.value, row.cap, row.minimum, row.expires_at)

    async def use(self, connection: AsyncConnection, coupon_id: int, user_id: int, order_id: int) -> None:
        """Mark a claim that ``lock_claim`` holds as spent on this order."""
        await connection.execute(USE, {"coupon_id": coupon_id, "user_id": user_id, "order_id": order_id})
