"""Row locks, taken by SELECT … FOR UPDATE, with their waiting measured.

The order, everywhere: the order's row → stock by ascending product → the user's claim on a coupon → the
coupon (shared) → wallets by ascending user. An order makes its own row after it holds the stock, but nobody
can wait for that row before it is committed.

An idempotency key comes before all of them. A charge or claim in one statement takes its key last, and gives
up waiting for it before PostgreSQL looks for deadlocks.

Claiming locks the coupon first and then inserts the claim. An order and a claimer do not wait for each other
in a circle: inserting waits for no lock on a claim that exists, only for a change of it, and an order changes
the claim when it holds the coupon too. A claim not yet committed is not seen.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, TextClause
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from commerce_app.instrument.database import error_type
from commerce_app.metrics import Metrics


class RowLocks:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def take(
        self, lock: str, connection: AsyncConnection, statement: TextClause, parameters: Mapping[str, Any]
    ) -> Sequence[Row[Any]]:
        """Run a locking statement and return its rows; raises what the database raises."""
        started = time.perf_counter()
        outcome = "error"
        try:
            rows = (await connection.execute(statement, parameters)).all()
            outcome = "ok"
        except asyncio.CancelledError:
            # The request's deadline: it waited too long, whoever's patience that was.
            outcome = "timeout"
            raise
        except DBAPIError as error:
            if error.orig is not None and error_type(error.orig) == "timeout":
                outcome = "timeout"
            raise
        else:
            return rows
        finally:
            self._metrics.lock_wait_seconds.labels(lock).observe(time.perf_counter() - started)
            self._metrics.lock_acquire.labels(lock, outcome).inc()
