"""Charging a wallet: by one statement that says itself whether it may, or with the row held."""

from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.database.outcome import transaction
from commerce_app.database.statements import Statement
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.keys import IdempotencyKeys
from commerce_app.locks import RowLocks
from commerce_app.switches import Switch, Switches
from commerce_app.wallet.hold import LOCK
from commerce_app.wallet.limits import rejection
from commerce_app.wallet.quick_charge import QuickCharge

ADD = Statement.CHARGE_WALLET.sql("""
UPDATE wallets SET balance = balance + :amount WHERE user_id = :user_id
RETURNING balance
""")
LEDGER = Statement.CHARGE_WALLET.sql("""
INSERT INTO wallet_ledger (user_id, amount, kind, at) VALUES (:user_id, :amount, 'charge', :at)
""")


class Wallets:
    def __init__(
        self, primary: AsyncEngine, locks: RowLocks, keys: IdempotencyKeys, switches: Switches
    ) -> None:
        self._primary = primary
        self._switches = switches
        self._locks = locks
        self._keys = keys
        self._quick = QuickCharge(primary, locks)

    async def charge(self, user_id: int, amount: int, at: datetime, key: RequestKey | None = None) -> Answer:
        """Add won to a wallet and answer with the balance.

        Raises RejectedError past the limit, UnknownOutcomeError.
        """
        if self._switches.on(Switch.WALLET_SHORT_LOCKS):
            answer = await self._quick.charge(user_id, amount, at, key)
            if answer is not None:
                return answer
        async with transaction(self._primary, "the charge may have been made") as connection:
            work = partial(self._lock_and_charge, connection, user_id, amount, at)
            return await self._keys.once(connection, key, work)

    async def _lock_and_charge(
        self, connection: AsyncConnection, user_id: int, amount: int, at: datetime
    ) -> Answer:
        """The ordinary way: the row is held over every round trip."""
        found = await self._locks.take("wallet", connection, LOCK, {"user_id": user_id})
        refusal = rejection(found[0].balance if found else None, user_id, amount)
        if refusal is not None:
            raise refusal
        added = await connection.execute(ADD, {"user_id": user_id, "amount": amount})
        await connection.execute(LEDGER, {"user_id": user_id, "amount": amount, "at": at})
        return Answer.created({"user_id": user_id, "balance": added.scalar_one()})
