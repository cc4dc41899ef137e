"""Answers one query a line (JSON) with what became of it, a line of JSON each; dies of what kills it."""

import json
import resource
import sys
import threading
import time
from collections.abc import Callable

from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError
from collector.memory import MemoryStore
from collector.promql.limits import Limits
from tests.differential.samples import world

MEMORY_BYTES = 3 * 2**30
LIMITS = Limits(max_samples=2_000_000, timeout_seconds=2.0)
STACK_BYTES = 2 * 1024 * 1024  # a quarter of what threads usually have; the largest query takes 1.1 MiB


def outcome(ask: Callable[[], object]) -> str:
    """``answered``, ``refused``, or the name of what nobody foresaw."""
    try:
        ask()
    except QueryError as error:
        return "panicked" if "panic" in str(error) else "refused"
    except BaseException as error:  # noqa: BLE001  # a panic is one
        return f"{type(error).__name__}: {error}"[:200]
    return "answered"


def main() -> None:
    """Reads standard input to its end."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    made, store = world(1, 0), MemoryStore()
    for labels, column in made.series.items():
        for time_ms, value in zip(column.times.tolist(), column.values.tolist(), strict=True):
            store.append(labels, time_ms, value)
    querier = EmbeddedQuerier(store, LIMITS, experimental=True)
    at = made.begin + 1500.0
    for line in sys.stdin:
        query, began = json.loads(line), time.monotonic()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        instant = outcome(lambda query=query: querier.evaluate(query, at))
        ranged = outcome(lambda query=query: querier.evaluate_range(query, at - 600, at, 60.0))
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
        said = {"instant": instant, "range": ranged, "seconds": time.monotonic() - began, "grown_kib": grown}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
