"""Keys in the database, written in the transaction of the work that they stand for.

Their day is told by the primary's clock, which is one for all processes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.database.statements import Statement
from commerce_app.errors import InFlightError, RejectedError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.instrument.database import lock_not_available

KEPT = timedelta(hours=24)
# How long a duplicate waits for whoever inserts the same key and has not committed.
PATIENCE_MILLISECONDS = 200
EXPIRED_BATCH = 1_000
KEY_INDEX = "idempotency_keys_pkey"

# One round trip: a short wait for this insert, then the usual one again. Without a row the transaction ends.
CLAIM = Statement.IDEMPOTENCY_KEY.sql("""
WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', :patience, true) AS applied)
INSERT INTO idempotency_keys (scope, key, fingerprint, expires_at)
SELECT CAST(:scope AS text), CAST(:key AS text), CAST(:fingerprint AS text), now() + CAST(:kept AS interval)
FROM patience WHERE applied IS NOT NULL
ON CONFLICT DO NOTHING RETURNING set_config('lock_timeout', :usual, true)
""")
LOOK = Statement.IDEMPOTENCY_KEY.sql("""
SELECT fingerprint, status, body FROM idempotency_keys
WHERE scope = :scope AND key = :key AND expires_at > now()
""")
DROP = Statement.IDEMPOTENCY_KEY.sql("""
DELETE FROM idempotency_keys WHERE scope = :scope AND key = :key AND expires_at <= now()
""")
KEEP = Statement.IDEMPOTENCY_KEY.sql("""
UPDATE idempotency_keys SET status = :status, body = :body WHERE scope = :scope AND key = :key
""")
KEEP_NEW = Statement.IDEMPOTENCY_KEY.sql("""
INSERT INTO idempotency_keys (scope, key, fingerprint, status, body, expires_at)
VALUES (:scope, :key, :fingerprint, :status, :body, now() + CAST(:kept AS interval)) ON CONFLICT DO NOTHING
""")
REMOVE_EXPIRED = text("""
DELETE FROM idempotency_keys WHERE (scope, key) IN (
    SELECT scope, key FROM idempotency_keys WHERE expires_at <= now()
    ORDER BY expires_at LIMIT :batch FOR UPDATE SKIP LOCKED
)
""")


@dataclass(frozen=True)
class Entry:
    """A key that is there already; without a ``status`` its request is under way."""

    fingerprint: str
    status: int | None
    body: bytes | None


def replay(entry: Entry, fingerprint: str) -> Answer:
    """What a duplicate hears; raises RejectedError (422) and InFlightError (409)."""
    if entry.fingerprint != fingerprint:
        raise RejectedError(422, "the Idempotency-Key was used for another request")
    if entry.status is None or entry.body is None:
        raise InFlightError
    return Answer(entry.status, entry.body, replayed=True)


class IdempotencyKeys:
    """``lock_timeout_seconds`` is the usual one of the connections."""

    def __init__(self, lock_timeout_seconds: float) -> None:
        self._usual = str(int(lock_timeout_seconds * 1000))

    async def once(
        self,
        connection: AsyncConnection,
        key: RequestKey | None,
        work: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        """Within a transaction, do the work and keep its answer; or return the answer kept.

        A rejection is kept too, and returned instead of raised: the work must have written nothing by then.
        """
        if key is None:
            return await work()
        kept = await self.claim(connection, key)
        if kept is not None:
            return kept
        try:
            answer = await work()
        except RejectedError as error:
            answer = Answer.rejection(error)
        await self.keep(connection, key, answer)
        return answer

    async def claim(self, connection: AsyncConnection, key: RequestKey) -> Answer | None:
        """None: the key is this transaction's now. Else the answer to replay.

        Raises RejectedError (422) and InFlightError (409).
        """
        claim = {
            "scope": key.scope,
            "key": key.key,
            "fingerprint": key.fingerprint,
            "kept": KEPT,
            "patience": str(PATIENCE_MILLISECONDS),
            "usual": self._usual,
        }
        # The second time for a key that was undone or had expired meanwhile.
        for _ in range(2):
            if await self._insert(connection, claim):
                return None
            kept = await self.find(connection, key)
            if kept is not None:
                return kept
            await connection.execute(DROP, {"scope": key.scope, "key": key.key})
        raise InFlightError

    async def find(self, connection: AsyncConnection, key: RequestKey) -> Answer | None:
        """The answer to replay; None for a key that is new, or whose day is over.

        Raises RejectedError (422) and InFlightError (409).
        """
        found = (await connection.execute(LOOK, {"scope": key.scope, "key": key.key})).one_or_none()
        if found is None:
            return None
        return replay(Entry(found.fingerprint, found.status, found.body), key.fingerprint)

    async def _insert(self, connection: AsyncConnection, claim: dict[str, object]) -> bool:
        try:
            return (await connection.execute(CLAIM, claim)).one_or_none() is not None
        except DBAPIError as error:
            if lock_not_available(error):
                raise InFlightError from error
            raise

    async def keep(self, connection: AsyncConnection, key: RequestKey, answer: Answer) -> None:
        """Store what duplicates will hear."""
        kept = {"scope": key.scope, "key": key.key, "status": answer.status, "body": answer.body}
        await connection.execute(KEEP, kept)


def key_parameters(key: RequestKey | None) -> dict[str, object]:
    """What a statement that keeps its own answer needs to know; None without a key."""
    return {
        "scope": None if key is None else key.scope,
        "key": None if key is None else key.key,
        "fingerprint": None if key is None else key.fingerprint,
        "kept": KEPT,
    }


async def keep_new(connection: AsyncConnection, key: RequestKey, answer: Answer) -> bool:
    """Keep the answer of a request that wrote nothing; False when the key is there already."""
    kept = {**key_parameters(key), "status": answer.status, "body": answer.body}
    return (await connection.execute(KEEP_NEW, kept)).rowcount == 1


async def remove_expired(primary: AsyncEngine) -> int:
    """Remove keys whose day is over, in batches; returns how many."""
    removed = 0
    while True:
        async with primary.begin() as connection:
            batch = await connection.execute(REMOVE_EXPIRED, {"batch": EXPIRED_BATCH})
        removed += batch.rowcount
        if batch.rowcount < EXPIRED_BATCH:
            return removed
