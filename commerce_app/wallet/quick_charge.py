"""Charging in one statement: it says itself whether the amount fits, and keeps the answer under the key.

The row is locked for that statement only, which is a transaction of its own. A version to compare would make
all but one of those who wait try again.
"""

from datetime import datetime

import orjson
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.database.statements import Statement
from commerce_app.errors import DependencyError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.keys import keep_new, key_parameters
from commerce_app.instrument.database import unique_violation
from commerce_app.locks import RowLocks
from commerce_app.resilience.outage import Outage
from commerce_app.resilience.pace import whole_seconds
from commerce_app.wallet.limits import BALANCE_LIMIT, rejection

ATTEMPTS = 5

# Whoever sends a key twice at the same time breaks its primary key, and nothing is charged.
CHARGE = Statement.CHARGE_WALLET.sql("""
WITH charged AS (
    UPDATE wallets SET balance = balance + :amount, version = version + 1
    WHERE user_id = :user_id AND balance + :amount <= :limit
      AND NOT EXISTS (SELECT FROM idempotency_keys AS k
                      WHERE k.scope = CAST(:scope AS text) AND k.key = CAST(:key AS text))
    RETURNING user_id, balance
), entry AS (
    INSERT INTO wallet_ledger (user_id, amount, kind, at) SELECT user_id, :amount, 'charge', :at FROM charged
), answered AS (
    INSERT INTO idempotency_keys (scope, key, fingerprint, status, body, expires_at)
    SELECT CAST(:scope AS text), CAST(:key AS text), CAST(:fingerprint AS text), 201,
           convert_to(CAST(:begun AS text) || balance || '}', 'UTF8'), CAST(:expires_at AS timestamptz)
    FROM charged WHERE CAST(:key AS text) IS NOT NULL
)
SELECT balance FROM charged
""")
LOOK = Statement.CHARGE_WALLET.sql("""
SELECT w.balance, EXISTS (SELECT FROM idempotency_keys AS k
                          WHERE k.scope = CAST(:scope AS text) AND k.key = CAST(:key AS text)) AS answered
FROM (SELECT 1) AS always LEFT JOIN wallets AS w ON w.user_id = :user_id
""")


class QuickCharge:
    def __init__(self, primary: AsyncEngine, locks: RowLocks) -> None:
        self._primary = primary.execution_options(isolation_level="AUTOCOMMIT")
        self._locks = locks
        # Of all wallets together: it is the primary that is busy.
        self._contended = Outage()

    async def charge(self, user_id: int, amount: int, at: datetime, key: RequestKey | None) -> Answer | None:
        """Add won to a wallet; None: the key was used before, and says what to answer.

        Raises RejectedError without a key; with one the rejection is kept, and returned.
        """
        begun = orjson.dumps({"user_id": user_id})[:-1] + b',"balance":'
        change = {
            "user_id": user_id,
            "amount": amount,
            "limit": BALANCE_LIMIT,
            "at": at,
            "begun": begun.decode(),
            **key_parameters(key, at),
        }
        for _ in range(ATTEMPTS):
            async with self._primary.connect() as connection:
                balance = await self._add(connection, change)
                if balance is not None:
                    return Answer(201, begun + b"%d}" % balance)
                seen = (await connection.execute(LOOK, change)).one()
                if seen.answered:
                    return None
                refusal = rejection(seen.balance, user_id, amount)
                if refusal is None:
                    continue
                if key is None:
                    raise refusal
                answer = Answer.rejection(refusal)
                return answer if await keep_new(connection, key, answer, at) else None
        seconds = whole_seconds(self._contended.failed(at.timestamp()))
        raise DependencyError(f"wallet {user_id} changed {ATTEMPTS} times while it was charged", seconds)

    async def _add(self, connection: AsyncConnection, change: dict[str, object]) -> int | None:
        try:
            rows = await self._locks.take("wallet", connection, CHARGE, change)
        except IntegrityError as error:
            if not unique_violation(error):
                raise
            return None
        return int(rows[0].balance) if rows else None
