"""Claiming a coupon first come, first served; using it once in an order."""

from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.coupon.counter import CouponCounter
from commerce_app.coupon.discount import Coupon
from commerce_app.database.outcome import transaction
from commerce_app.database.statements import Statement
from commerce_app.errors import InFlightError, RejectedError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.keys import IdempotencyKeys
from commerce_app.locks import RowLocks
from commerce_app.resilience.user_limits import UserLimits
from commerce_app.switches import Switch, Switches

LOCK_COUPON = Statement.CLAIM_COUPON.sql("""
SELECT available, expires_at FROM coupons WHERE coupon_id = :coupon_id FOR UPDATE
""")
CLAIM = Statement.CLAIM_COUPON.sql("""
INSERT INTO coupon_claims (coupon_id, user_id, claimed_at) VALUES (:coupon_id, :user_id, :at)
ON CONFLICT DO NOTHING RETURNING coupon_id
""")
TAKE_ONE = Statement.CLAIM_COUPON.sql(
    "UPDATE coupons SET available = available - 1 WHERE coupon_id = :coupon_id"
)
USER_EXISTS = Statement.CLAIM_COUPON.sql("SELECT 1 FROM users WHERE user_id = :user_id")
# The coupon too, before the claim changes: a claimer waits for a changed claim, but not for a locked one.
LOCK_CLAIM = Statement.USE_COUPON.sql("""
SELECT n.kind, n.value, n.cap, n.minimum, n.expires_at, c.order_id
FROM coupon_claims AS c JOIN coupons AS n USING (coupon_id)
WHERE c.coupon_id = :coupon_id AND c.user_id = :user_id
FOR UPDATE OF c FOR KEY SHARE OF n
""")


class Coupons:
    def __init__(
        self,
        primary: AsyncEngine,
        locks: RowLocks,
        limits: UserLimits,
        keys: IdempotencyKeys,
        switches: Switches,
    ) -> None:
        self._primary = primary
        self._switches = switches
        self._locks = locks
        self._limits = limits
        self._keys = keys
        self._counter = CouponCounter(primary, locks)

    async def claim(
        self, coupon_id: int, user_id: int, at: datetime, key: RequestKey | None = None
    ) -> Answer:
        """Give the user one and answer how many are left.

        Raises RejectedError, RateLimitedError, UnknownOutcomeError.
        """
        self._limits.admit(user_id)
        try:
            answer = await self._claim_once(coupon_id, user_id, at, key)
        except InFlightError:
            raise
        except RejectedError:
            self._limits.failed(user_id)
            raise
        # What was answered before says nothing more: neither ends a row of failures nor lengthens it.
        if answer.replayed:
            return answer
        if answer.status == 201:
            self._limits.succeeded(user_id)
        else:
            self._limits.failed(user_id)
        return answer

    async def _claim_once(self, coupon_id: int, user_id: int, at: datetime, key: RequestKey | None) -> Answer:
        if self._switches.on(Switch.COUPON_COUNTER):
            answer = await self._counter.claim(coupon_id, user_id, at, key)
            if answer is not None:
                return answer
        async with transaction(self._primary, "the claim may have been made") as connection:
            work = partial(self._claim, connection, coupon_id, user_id, at)
            return await self._keys.once(connection, key, work)

    async def _claim(self, connection: AsyncConnection, coupon_id: int, user_id: int, at: datetime) -> Answer:
        rows = await self._locks.take("coupon", connection, LOCK_COUPON, {"coupon_id": coupon_id})
        if not rows:
            raise RejectedError(404, f"no coupon {coupon_id}")
        if at >= rows[0].expires_at:
            raise RejectedError(409, "the coupon has expired")
        if rows[0].available == 0:
            raise RejectedError(409, "the coupon is sold out")
        await self._record_claim(connection, coupon_id, user_id, at)
        await connection.execute(TAKE_ONE, {"coupon_id": coupon_id})
        left = rows[0].available - 1
        return Answer.created({"coupon_id": coupon_id, "user_id": user_id, "left": left})

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
