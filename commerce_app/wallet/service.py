"""Charging a wallet, optimistically: whoever finds that it changed meanwhile tries again."""

from datetime import datetime
from functools import partial

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.errors import DependencyError, RejectedError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.keys import IdempotencyKeys
from commerce_app.locks import RowLocks

BALANCE_LIMIT = 10_000_000
CHARGE_ATTEMPTS = 5

READ = text("SELECT balance, version FROM wallets WHERE user_id = :user_id")
CHARGE = text("""
UPDATE wallets SET balance = balance + :amount, version = version + 1
WHERE user_id = :user_id AND version = :version RETURNING balance
""")
LEDGER = text("""
INSERT INTO wallet_ledger (user_id, amount, kind, at) VALUES (:user_id, :amount, 'charge', :at)
""")


class _ChangedMeanwhileError(Exception):
    """Rolls back an attempt, and the key with it."""


class Wallets:
    def __init__(self, primary: AsyncEngine, locks: RowLocks, keys: IdempotencyKeys) -> None:
        self._primary = primary
        self._locks = locks
        self._keys = keys

    async def charge(self, user_id: int, amount: int, at: datetime, key: RequestKey | None = None) -> Answer:
        """Add won to a wallet and answer with the balance; raises RejectedError past the limit."""
        for _ in range(CHARGE_ATTEMPTS):
            try:
                async with self._primary.begin() as connection:
                    attempt = partial(self._try_charge, connection, user_id, amount, at)
                    return await self._keys.once(connection, key, at, attempt)
            except _ChangedMeanwhileError:
                continue
        raise DependencyError(f"wallet {user_id} changed {CHARGE_ATTEMPTS} times while it was charged")

    async def _try_charge(
        self, connection: AsyncConnection, user_id: int, amount: int, at: datetime
    ) -> Answer:
        wallet = (await connection.execute(READ, {"user_id": user_id})).one_or_none()
        if wallet is None:
            raise RejectedError(404, f"no wallet of user {user_id}")
        if wallet.balance + amount > BALANCE_LIMIT:
            raise RejectedError(409, f"a wallet holds at most {BALANCE_LIMIT} won")
        charged = await self._locks.take(
            "wallet", connection, CHARGE, {"user_id": user_id, "amount": amount, "version": wallet.version}
        )
        if not charged:
            raise _ChangedMeanwhileError
        await connection.execute(LEDGER, {"user_id": user_id, "amount": amount, "at": at})
        return Answer.created({"user_id": user_id, "balance": charged[0].balance})
