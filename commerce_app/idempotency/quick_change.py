"""A change made by one statement that says itself whether it may be, and keeps its answer under the key.

The row is locked for that statement only, which is a transaction of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, TextClause
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.database.outcome import outcome
from commerce_app.errors import DependencyError, RejectedError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.keys import KEY_INDEX, PATIENCE_MILLISECONDS, keep_new, key_parameters
from commerce_app.instrument.database import gave_up_entering, unique_violation
from commerce_app.locks import RowLocks
from commerce_app.resilience.outage import Outage
from commerce_app.resilience.pace import whole_seconds


@dataclass(frozen=True)
class Change:
    """What one request wants.

    begun: the body of its answer, but for the number that the statement returns.
    refusal: why there was nothing to change, by the row that ``look`` found; None when that has gone by now.
    done: the change in words, for whoever is not told whether it was made.
    """

    row: str
    done: str
    parameters: Mapping[str, object]
    begun: bytes
    refusal: Callable[[Row[Any]], RejectedError | None]


class QuickChange:
    """``statement`` returns a number if it changed something; else ``look`` tells what there is.

    Both are given the change's parameters, ``at``, ``begun``, those of the key and how long to wait for it.
    The ordinary way has its key before it wants the row: the statement, which comes to the key with the row
    in hand, must give up soon, lest both wait for each other.
    """

    def __init__(
        self,
        primary: AsyncEngine,
        locks: RowLocks,
        *,
        lock: str,
        statement: TextClause,
        look: TextClause,
        attempts: int,
    ) -> None:
        self._primary = primary.execution_options(isolation_level="AUTOCOMMIT")
        self._locks = locks
        self._lock = lock
        self._statement = statement
        self._look = look
        self._attempts = attempts
        # Of all rows together: it is the primary that is busy.
        self._contended = Outage()

    async def make(self, change: Change, key: RequestKey | None, at: datetime) -> Answer | None:
        """The answer; None: the key is in use, or was, and says what to answer.

        Raises RejectedError without a key; with one the rejection is kept, and returned. Raises
        UnknownOutcomeError, and DependencyError when others change the row each time.
        """
        begun = change.begun.decode()
        parameters = {**change.parameters, "at": at, "begun": begun, **key_parameters(key)}
        parameters["patience"] = str(PATIENCE_MILLISECONDS)
        for _ in range(self._attempts):
            async with self._primary.connect() as connection:
                try:
                    number = await self._change(connection, change, parameters)
                except DBAPIError as error:
                    if not gave_up_entering(error, KEY_INDEX):
                        raise
                    return None
                if number is not None:
                    return Answer(201, change.begun + b"%d}" % number)
                seen = (await connection.execute(self._look, parameters)).one()
                if seen.answered:
                    return None
                refusal = change.refusal(seen)
                if refusal is not None:
                    return await _refuse(connection, refusal, key)
        seconds = whole_seconds(self._contended.failed(at.timestamp()))
        raise DependencyError(f"{change.row} changed {self._attempts} times meanwhile", seconds)

    async def _change(
        self, connection: AsyncConnection, change: Change, parameters: Mapping[str, object]
    ) -> int | None:
        taking = self._locks.take(self._lock, connection, self._statement, parameters)
        try:
            rows = await outcome(taking, f"{change.done} may have been made")
        except IntegrityError as error:
            if not unique_violation(error):
                raise
            return None
        return int(rows[0][0]) if rows else None


async def _refuse(
    connection: AsyncConnection, refusal: RejectedError, key: RequestKey | None
) -> Answer | None:
    if key is None:
        raise refusal
    answer = Answer.rejection(refusal)
    return answer if await keep_new(connection, key, answer) else None
