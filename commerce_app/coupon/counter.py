"""A coupon's stock as a counter: one statement takes one, records who has it, and keeps the answer.

The row is locked for that statement only, which is a transaction of its own: for no round trip. Whoever comes
when all are gone waits for nobody.
"""

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.database.statements import Statement
from commerce_app.errors import DependencyError, RejectedError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.keys import keep_new, key_parameters
from commerce_app.instrument.database import unique_violation
from commerce_app.locks import RowLocks
from commerce_app.resilience.outage import Outage
from commerce_app.resilience.pace import whole_seconds

ATTEMPTS = 3

# Whoever claims twice, or sends a key twice, at the same time breaks a primary key, and nothing is taken.
TAKE = Statement.CLAIM_COUPON.sql("""
WITH taken AS (
    UPDATE coupons AS n SET available = n.available - 1
    WHERE n.coupon_id = :coupon_id AND n.available > 0 AND n.expires_at > :at
      AND EXISTS (SELECT FROM users AS u WHERE u.user_id = :user_id)
      AND NOT EXISTS (SELECT FROM coupon_claims AS c WHERE c.coupon_id = n.coupon_id AND c.user_id = :user_id)
      AND NOT EXISTS (SELECT FROM idempotency_keys AS k
                      WHERE k.scope = CAST(:scope AS text) AND k.key = CAST(:key AS text))
    RETURNING n.coupon_id, n.available
), claimed AS (
    INSERT INTO coupon_claims (coupon_id, user_id, claimed_at) SELECT coupon_id, :user_id, :at FROM taken
), answered AS (
    INSERT INTO idempotency_keys (scope, key, fingerprint, status, body, expires_at)
    SELECT CAST(:scope AS text), CAST(:key AS text), CAST(:fingerprint AS text), 201,
           convert_to(CAST(:begun AS text) || available || '}', 'UTF8'), CAST(:expires_at AS timestamptz)
    FROM taken WHERE CAST(:key AS text) IS NOT NULL
)
SELECT available FROM taken
""")
LOOK = Statement.CLAIM_COUPON.sql("""
SELECT n.available, n.expires_at, EXISTS (SELECT FROM users AS u WHERE u.user_id = :user_id) AS known,
       EXISTS (SELECT FROM coupon_claims AS c
               WHERE c.coupon_id = n.coupon_id AND c.user_id = :user_id) AS has,
       EXISTS (SELECT FROM idempotency_keys AS k
               WHERE k.scope = CAST(:scope AS text) AND k.key = CAST(:key AS text)) AS answered
FROM (SELECT 1) AS always LEFT JOIN coupons AS n ON n.coupon_id = :coupon_id
""")


class CouponCounter:
    def __init__(self, primary: AsyncEngine, locks: RowLocks) -> None:
        self._primary = primary.execution_options(isolation_level="AUTOCOMMIT")
        self._locks = locks
        # Of all coupons together: it is the primary that is busy.
        self._contended = Outage()

    async def claim(
        self, coupon_id: int, user_id: int, at: datetime, key: RequestKey | None
    ) -> Answer | None:
        """Give the user one; None: the key was used before, and says what to answer.

        Raises RejectedError without a key; with one the rejection is kept, and returned.
        """
        claim = {
            "coupon_id": coupon_id,
            "user_id": user_id,
            "at": at,
            "begun": _begun(coupon_id, user_id).decode(),
            **key_parameters(key, at),
        }
        for _ in range(ATTEMPTS):
            async with self._primary.connect() as connection:
                left = await self._take(connection, claim)
                if left is not None:
                    return Answer(201, _begun(coupon_id, user_id) + b"%d}" % left)
                seen = (await connection.execute(LOOK, claim)).one()
                if seen.answered:
                    return None
                rejection = _rejection(seen, coupon_id, user_id, at)
                if rejection is None:
                    continue
                if key is None:
                    raise rejection
                answer = Answer.rejection(rejection)
                return answer if await keep_new(connection, key, answer, at) else None
        seconds = whole_seconds(self._contended.failed(at.timestamp()))
        raise DependencyError(f"coupon {coupon_id} changed {ATTEMPTS} times while it was claimed", seconds)

    async def _take(self, connection: AsyncConnection, claim: dict[str, object]) -> int | None:
        try:
            rows = await self._locks.take("coupon", connection, TAKE, claim)
        except IntegrityError as error:
            if not unique_violation(error):
                raise
            return None
        return int(rows[0].available) if rows else None


def _begun(coupon_id: int, user_id: int) -> bytes:
    """The body of the answer, but for how many are left."""
    return orjson.dumps({"coupon_id": coupon_id, "user_id": user_id})[:-1] + b',"left":'


def _rejection(seen: Row[Any], coupon_id: int, user_id: int, at: datetime) -> RejectedError | None:
    """Why there was none to take; None when that has gone by now."""
    if seen.available is None:
        return RejectedError(404, f"no coupon {coupon_id}")
    if at >= seen.expires_at:
        return RejectedError(409, "the coupon has expired")
    if seen.available == 0:
        return RejectedError(409, "the coupon is sold out")
    if not seen.known:
        return RejectedError(404, f"no user {user_id}")
    return RejectedError(409, f"user {user_id} has the coupon already") if seen.has else None
