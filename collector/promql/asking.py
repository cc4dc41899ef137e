"""What every way of asking the engine does: times in milliseconds, and errors of the store as the query's."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from collector.errors import QueryError, StoreError


@contextmanager
def store_told() -> Iterator[None]:
    """A store that cannot be read is this query's error."""
    try:
        yield
    except StoreError as error:
        raise QueryError(str(error), kind="internal") from error


def milliseconds(seconds: float) -> int:
    """Raises ``QueryError`` for what is no time."""
    if not np.isfinite(seconds):
        raise QueryError(f"not a time: {seconds}")
    return round(seconds * 1000)
