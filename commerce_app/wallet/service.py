"""Charging a wallet: by one statement that says itself whether it may, or with the row held."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.database.statements import Statement
from commerce_app.errors import DependencyError, RejectedError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.keys import IdempotencyKeys
from commerce_app.locks import RowLocks
from commerce_app.switches import Switch, Switches

BALANCE_LIMIT = 10_000_000
CHARGE_ATTEMPTS = 5

READ = Statement.CHARGE_WALLET.sql("SELECT balance FROM wallets WHERE user_id = :user_id")
LOCK = Statement.LOCK_WALLET.sql("SELECT balance FROM wallets WHERE user_id = :user_id FOR UPDATE")
# The row is locked for the round trips that are left, the key's and the commit's. A version to compare would
# make all but one of those who wait try again.
CHARGE = Statement.CHARGE_WALLET.sql("""
WITH charged AS (
    UPDATE wallets SET balance = balance + :amount, version = version + 1
    WHERE user_id = :user_id AND balance + :amount <= :limit RETURNING user_id, balance
), entry AS (
    INSERT INTO wallet_ledger (user_id, amount, kind, at)
    SELECT user_id, :amount, 'charge', :at FROM charged
)
SELECT balance FROM charged
""")
ADD = Statement.CHARGE_WALLET.sql("""
UPDATE wallets SET balance = balance + :amount, version = version + 1 WHERE user_id = :user_id
RETURNING balance
""")
LEDGER = Statement.CHARGE_WALLET.sql("""
INSERT INTO wallet_ledger (user_id, amount, kind, at) VALUES (:user_id, :amount, 'charge', :at)
""")


class _ChangedMeanwhileError(Exception):
    """Nothing was wrong any more when we looked why nothing was charged: rolls back, and the key with it."""


class Wallets:
    def __init__(
        self, primary: AsyncEngine, locks: RowLocks, keys: IdempotencyKeys, switches: Switches
    ) -> None:
        self._primary = primary
        self._switches = switches
        self._locks = locks
        self._keys = keys

    async def charge(self, user_id: int, amount: int, at: datetime, key: RequestKey | None = None) -> Answer:
        """Add won to a wallet and answer with the balance; raises RejectedError past the limit."""
        charge = self._try_charge if self._switches.on(Switch.WALLET_SHORT_LOCKS) else self._lock_and_charge
        for _ in range(CHARGE_ATTEMPTS):
            try:
                async with self._primary.begin() as connection:
                    attempt = partial(charge, connection, user_id, amount, at)
                    return await self._keys.once(connection, key, at, attempt)
            except _ChangedMeanwhileError:
                continue
        raise DependencyError(f"wallet {user_id} changed {CHARGE_ATTEMPTS} times while it was charged")

    async def _try_charge(
        self, connection: AsyncConnection, user_id: int, amount: int, at: datetime
    ) -> Answer:
        change = {"user_id": user_id, "amount": amount, "limit": BALANCE_LIMIT, "at": at}
        charged = await self._locks.take("wallet", connection, CHARGE, change)
        if not charged:
            _check((await connection.execute(READ, {"user_id": user_id})).all(), user_id, amount)
            raise _ChangedMeanwhileError
        return Answer.created({"user_id": user_id, "balance": charged[0].balance})

    async def _lock_and_charge(
        self, connection: AsyncConnection, user_id: int, amount: int, at: datetime
    ) -> Answer:
        """The ordinary way: the row is held over every round trip."""
        found = await self._locks.take("wallet", connection, LOCK, {"user_id": user_id})
        _check(found, user_id, amount)
        added = await connection.execute(ADD, {"user_id": user_id, "amount": amount})
        await connection.execute(LEDGER, {"user_id": user_id, "amount": amount, "at": at})
        return Answer.created({"user_id": user_id, "balance": added.scalar_one()})


def _check(found: Sequence[Row[Any]], user_id: int, amount: int) -> None:
    """Raises RejectedError unless the wallet is there and the amount fits in."""
    if not found:
        raise RejectedError(404, f"no wallet of user {user_id}")
    if found[0].balance + amount > BALANCE_LIMIT:
        raise RejectedError(409, f"a wallet holds at most {BALANCE_LIMIT} won")
