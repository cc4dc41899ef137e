"""`python -m tests.bench.bare_shop HOST:PORT`: the shop as it would be if nobody had instrumented it.

Nothing but this bench takes it apart: no middleware that measures, no hooks on the databases and on Redis,
and instruments that do nothing where the code has them in its hands.
"""

import sys
from typing import Any
from unittest import mock

from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from sqlalchemy.pool import AsyncAdaptedQueuePool

import commerce_app.app
import commerce_app.cache.redis_tier
import commerce_app.cli
import commerce_app.database.engine
import commerce_app.shop
from commerce_app.metrics import Metrics


class Silence:
    """Takes the place of a counter, a gauge or a histogram."""

    def labels(self, *_: object) -> "Silence":
        return self

    def _nothing(self, *_: object) -> None:
        pass

    inc = dec = set = observe = set_function = _nothing


SILENCE = Silence()


class SilentMetrics(Metrics):
    def _counter(self, *_: Any) -> Any:
        return SILENCE

    _gauge = _histogram = _counter


REPLACED = {
    commerce_app.app: {"RequestMetrics": lambda app, _metrics, _timer: app},
    commerce_app.shop: {"Metrics": SilentMetrics},
    commerce_app.database.engine: {
        "measured_pool": lambda _metrics, _name: AsyncAdaptedQueuePool,
        "measure_pool": lambda *_: None,
        "measure_engine": lambda *_: None,
    },
    commerce_app.cache.redis_tier: {
        "MeasuredPool": lambda _metrics, **connection: ConnectionPool(**connection),
        "MeasuredRetry": lambda backoff, retries, _metrics: Retry(backoff, retries),
    },
}


def bare() -> None:
    """From here on, shops of this process measure nothing."""
    for module, names in REPLACED.items():
        for name, replacement in names.items():
            mock.patch.object(module, name, replacement).start()


if __name__ == "__main__":
    bare()
    commerce_app.cli.shop(["serve", "--listen", sys.argv[1]])
