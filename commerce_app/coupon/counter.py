"""A coupon's stock as a counter: one statement takes one, records who has it, and keeps the answer.

Whoever comes when all are gone waits for nobody.
"""

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncEngine

from commerce_app.database.statements import Statement
from commerce_app.errors import RejectedError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.quick_change import Change, QuickChange
from commerce_app.locks import RowLocks

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
), patience AS MATERIALIZED (
    SELECT available, set_config('lock_timeout', :patience, true) AS applied
    FROM taken WHERE CAST(:key AS text) IS NOT NULL
), answered AS (
    INSERT INTO idempotency_keys (scope, key, fingerprint, status, body, expires_at)
    SELECT CAST(:scope AS text), CAST(:key AS text), CAST(:fingerprint AS text), 201,
           convert_to(CAST(:begun AS text) || available || '}', 'UTF8'), now() + CAST(:kept AS interval)
    FROM patience WHERE applied IS NOT NULL
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
        self._change = QuickChange(
            primary, locks, lock="coupon", statement=TAKE, look=LOOK, attempts=ATTEMPTS
        )

    async def claim(
        self, coupon_id: int, user_id: int, at: datetime, key: RequestKey | None
    ) -> Answer | None:
        """Give the user one; None: the key was used before, and says what to answer.

        Raises RejectedError without a key; with one the rejection is kept, and returned.
        """
        claim = {"coupon_id": coupon_id, "user_id": user_id}
        change = Change(
            row=f"coupon {coupon_id}",
            done="the claim",
            parameters=claim,
            begun=orjson.dumps(claim)[:-1] + b',"left":',
            refusal=lambda seen: _rejection(seen, coupon_id, user_id, at),
        )
        return await self._change.make(change, key, at)


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
