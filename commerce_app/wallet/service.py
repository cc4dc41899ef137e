"""Charging a wallet optimistically; debiting it under a row lock inside an order."""

from datetime import datetime
from functools import partial

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.errors import DependencyError, RejectedError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.keys import IdempotencyKeys
from commerce_app.locks import RowLocks
from commerce_app.metrics import Metrics

BALANCE_LIMIT = 10_000_000
CHARGE_ATTEMPTS = 5

READ = text("SELECT balance, version FROM wallets WHERE user_id = :user_id")
LOCK = text("SELECT balance FROM wallets WHERE user_id = :user_id FOR UPDATE")
CHARGE = text("""
UPDATE wallets SET balance = balance + :amount, version = version + 1
WHERE user_id = :user_id AND version = :version RETURNING balance
""")
DEBIT = text("""
UPDATE wallets SET balance = balance - :amount, version = version + 1 WHERE user_id = :user_id
""")
LEDGER = text("""
INSERT INTO wallet_ledger (user_id, amount, kind, order_id, at)
VALUES (:user_id, :amount, :kind, :order_id, :at)
""")


class _ChangedMeanwhileError(Exception):
    """Rolls back an attempt, and the key with it."""


class Wallets:
    def __init__(
        self, primary: AsyncEngine, locks: RowLocks, keys: IdempotencyKeys, metrics: Metrics
    ) -> None:
        self._primary = primary
        self._locks = locks
        self._keys = keys
        self._metrics = metrics

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
        await connection.execute(
            LEDGER, {"user_id": user_id, "amount": amount, "kind": "charge", "order_id": None, "at": at}
        )
        return Answer.created({"user_id": user_id, "balance": charged[0].balance})

    async def debit(
        self, connection: AsyncConnection, user_id: int, amount: int, order_id: int, at: datetime
    ) -> None:
        """Pay for an order within its transaction; raises RejectedError when the balance does not do.

        Counts what fails here. Whether it is paid is known, and counted, once the transaction has ended.
        """
        try:
            await self._debit(connection, user_id, amount, order_id, at)
        except BaseException as error:
            outcome = "insufficient_balance" if isinstance(error, RejectedError) else "failed"
            self._metrics.payment_attempts.labels(outcome).inc()
            raise

    async def _debit(
        self, connection: AsyncConnection, user_id: int, amount: int, order_id: int, at: datetime
    ) -> None:
        rows = await self._locks.take("wallet", connection, LOCK, {"user_id": user_id})
        if not rows or rows[0].balance < amount:
            raise RejectedError(409, f"the wallet of user {user_id} does not hold {amount} won")
        await connection.execute(DEBIT, {"user_id": user_id, "amount": amount})
        await connection.execute(
            LEDGER, {"user_id": user_id, "amount": -amount, "kind": "order", "order_id": order_id, "at": at}
        )
