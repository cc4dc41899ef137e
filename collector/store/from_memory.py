"""Reading that may not wait for a file or a database: on a thread that has more to serve than one query."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_here = threading.local()


class NotInMemoryError(Exception):
    """Something is to be read that is not in memory."""


@contextmanager
def memory_only() -> Iterator[None]:
    """Within it this thread reads samples from memory, or fails with ``NotInMemoryError``."""
    _here.only = True
    try:
        yield
    finally:
        _here.only = False


def may_wait() -> None:
    """Asked before a file or a database is read. Raises NotInMemoryError within ``memory_only``."""
    if getattr(_here, "only", False):
        raise NotInMemoryError
