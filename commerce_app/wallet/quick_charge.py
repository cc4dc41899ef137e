"""Charging in one statement: it says itself whether the amount fits, and keeps the answer under the key.

Comparing a version instead would make all but one of those who wait try again.
"""

from datetime import datetime

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from commerce_app.database.statements import Statement
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.quick_change import Change, QuickChange
from commerce_app.locks import RowLocks
from commerce_app.wallet.limits import BALANCE_LIMIT, rejection

ATTEMPTS = 5

# Whoever sends a key twice at the same time breaks its primary key, and nothing is charged.
CHARGE = Statement.CHARGE_WALLET.sql("""
WITH charged AS (
    UPDATE wallets SET balance = balance + :amount
    WHERE user_id = :user_id AND balance + :amount <= :limit
      AND NOT EXISTS (SELECT FROM idempotency_keys AS k
                      WHERE k.scope = CAST(:scope AS text) AND k.key = CAST(:key AS text))
    RETURNING user_id, balance
), entry AS (
    INSERT INTO wallet_ledger (user_id, amount, kind, at) SELECT user_id, :amount, 'charge', :at FROM charged
), patience AS MATERIALIZED (
    SELECT balance, set_config('lock_timeout', :patience, true) AS applied
    FROM charged WHERE CAST(:key AS text) IS NOT NULL
), answered AS (
    INSERT INTO idempotency_keys (scope, key, fingerprint, status, body, expires_at)
    SELECT CAST(:scope AS text), CAST(:key AS text), CAST(:fingerprint AS text), 201,
           convert_to(CAST(:begun AS text) || balance || '}', 'UTF8'), now() + CAST(:kept AS interval)
    FROM patience WHERE applied IS NOT NULL
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
        self._change = QuickChange(
            primary, locks, lock="wallet", statement=CHARGE, look=LOOK, attempts=ATTEMPTS
        )

    async def charge(self, user_id: int, amount: int, at: datetime, key: RequestKey | None) -> Answer | None:
        """Add won to a wallet; None: the key was used before, and says what to answer.

        Raises RejectedError without a key; with one the rejection is kept, and returned.
        """
        change = Change(
            row=f"wallet {user_id}",
            done="the charge",
            parameters={"user_id": user_id, "amount": amount, "limit": BALANCE_LIMIT},
            begun=orjson.dumps({"user_id": user_id})[:-1] + b',"balance":',
            refusal=lambda seen: rejection(seen.balance, user_id, amount),
        )
        return await self._change.make(change, key, at)
