"""The folder that a drill fills: it can be written, and one drill at a time fills it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from commerce_app.drill.errors import OutError, RunningError

LOCK = ".held"


@contextmanager
def filling(out: Path) -> Iterator[None]:
    """While inside, no other process fills ``out``, which is made; a killed one lets go.

    Raises:
        OutError: when nothing can be written there.
        RunningError: when another drill is at it.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / LOCK).open("w")
    except OSError as error:
        raise OutError(f"{out}: expected a folder that can be filled: {error.strerror or error}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunningError(f"{out}: another drill is filling it, and has not ended") from error
        yield
