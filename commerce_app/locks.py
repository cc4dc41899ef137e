"""Row locks, taken by SELECT … FOR UPDATE, with their waiting measured.

An order takes stock rows by ascending product, the user's claim on a coupon, the coupon and the wallet.
It meets the coupon only through the foreign key of its own row, which waits for whoever is claiming it.
Claiming locks the coupon first and then inserts the claim. The two do not wait for each other in a
circle: inserting waits for no lock on a claim that exists, and a claim not yet committed is not seen.
"""

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
        except DBAPIError as error:
            if error.orig is not None and error_type(error.orig) == "timeout":
                outcome = "timeout"
            raise
        else:
            return rows
        finally:
            self._metrics.lock_wait_seconds.labels(lock).observe(time.perf_counter() - started)
            self._metrics.lock_acquire.labels(lock, outcome).inc()
