"""The wallet's row held while its order is written: how it is done without `wallet_short_locks`."""

from sqlalchemy.ext.asyncio import AsyncConnection

from commerce_app.database.statements import Statement
from commerce_app.locks import RowLocks
from commerce_app.switches import Switch, Switches

LOCK = Statement.LOCK_WALLET.sql("SELECT balance FROM wallets WHERE user_id = :user_id FOR UPDATE")


class WalletHold:
    def __init__(self, locks: RowLocks, switches: Switches) -> None:
        self._locks = locks
        self._switches = switches

    async def take(self, connection: AsyncConnection, user_id: int) -> None:
        """Let nobody change the balance until the transaction ends; nothing while short locks are on."""
        if not self._switches.on(Switch.WALLET_SHORT_LOCKS):
            await self._locks.take("wallet", connection, LOCK, {"user_id": user_id})
