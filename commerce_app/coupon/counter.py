"""A coupon's stock as a counter: one statement takes one and records who has it, if there is one to take.

The row is locked from that statement to the end of its transaction, and by those only who get one: whoever
comes when all are gone waits for nobody.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from commerce_app.database.statements import Statement
from commerce_app.errors import RejectedError
from commerce_app.locks import RowLocks

TAKE = Statement.CLAIM_COUPON.sql("""
WITH taken AS (
    UPDATE coupons AS n SET available = n.available - 1
    WHERE n.coupon_id = :coupon_id AND n.available > 0 AND n.expires_at > :at
      AND EXISTS (SELECT FROM users AS u WHERE u.user_id = :user_id)
      AND NOT EXISTS (SELECT FROM coupon_claims AS c WHERE c.coupon_id = n.coupon_id AND c.user_id = :user_id)
    RETURNING n.coupon_id, n.available
), claimed AS (
    INSERT INTO coupon_claims (coupon_id, user_id, claimed_at)
    SELECT coupon_id, :user_id, :at FROM taken ON CONFLICT DO NOTHING RETURNING coupon_id
)
SELECT available, (SELECT count(*) FROM claimed) AS claimed FROM taken
""")
LOOK = Statement.CLAIM_COUPON.sql("""
SELECT n.available, n.expires_at, EXISTS (SELECT FROM users AS u WHERE u.user_id = :user_id) AS known,
       EXISTS (SELECT FROM coupon_claims AS c WHERE c.coupon_id = n.coupon_id AND c.user_id = :user_id) AS has
FROM coupons AS n WHERE n.coupon_id = :coupon_id
""")


class ChangedMeanwhileError(Exception):
    """The user claimed it in another transaction meanwhile: this one must be rolled back and done again."""


async def take_one(
    connection: AsyncConnection, locks: RowLocks, coupon_id: int, user_id: int, at: datetime
) -> int:
    """Give the user one; returns how many are left.

    Raises RejectedError, having written nothing, and ChangedMeanwhileError.
    """
    claim = {"coupon_id": coupon_id, "user_id": user_id, "at": at}
    rows = await locks.take("coupon", connection, TAKE, claim)
    if not rows:
        await _explain(connection, coupon_id, user_id, at)
    elif rows[0].claimed:
        return int(rows[0].available)
    raise ChangedMeanwhileError


async def _explain(connection: AsyncConnection, coupon_id: int, user_id: int, at: datetime) -> None:
    """Raise RejectedError with the reason why there was none to take, unless it has gone by now."""
    seen = (await connection.execute(LOOK, {"coupon_id": coupon_id, "user_id": user_id})).one_or_none()
    if seen is None:
        raise RejectedError(404, f"no coupon {coupon_id}")
    if at >= seen.expires_at:
        raise RejectedError(409, "the coupon has expired")
    if seen.available == 0:
        raise RejectedError(409, "the coupon is sold out")
    if not seen.known:
        raise RejectedError(404, f"no user {user_id}")
    if seen.has:
        raise RejectedError(409, f"user {user_id} has the coupon already")
