"""What a wallet holds and what became of it lately, as its owner sees it."""

import orjson

from commerce_app.database.reads import Reads
from commerce_app.database.statements import Statement
from commerce_app.errors import RejectedError

RECENT = 20

# One statement, so that the balance and the entries are of one moment.
ACCOUNT = Statement.WALLET_ACCOUNT.sql("""
SELECT w.balance, (
    SELECT coalesce(json_agg(row_to_json(recent)), '[]'::json)::text
    FROM (SELECT entry_id, amount, kind, order_id, at FROM wallet_ledger
          WHERE user_id = w.user_id ORDER BY entry_id DESC LIMIT :recent) AS recent
) AS entries
FROM wallets AS w WHERE w.user_id = :user_id
""")


class Accounts:
    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def show(self, user_id: int, wrote_at: float | None) -> bytes:
        """``{user_id, balance, entries}`` in won, the latest entry first; raises RejectedError (404).

        wrote_at: Unix seconds; what was written until then is in it.
        """
        async with self._reads.connect(wrote_at) as connection:
            account = {"user_id": user_id, "recent": RECENT}
            row = (await connection.execute(ACCOUNT, account)).one_or_none()
        if row is None:
            raise RejectedError(404, f"no wallet of user {user_id}")
        return orjson.dumps(
            {"user_id": user_id, "balance": row.balance, "entries": orjson.Fragment(row.entries)}
        )
