"""The folder that a drill fills: it can be written, and one drill at a time fills it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
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
        lock = lock_folder(out, "another drill is filling it, and has not ended")
    except OSError as error:
        raise OutError(f"{out}: expected a folder that can be filled: {error.strerror or error}") from error
    with lock:
        yield


def lock_folder(folder: Path, busy: str) -> TextIOWrapper:
    """Make the folder and keep other processes out until what is returned is closed; a killed one lets go.

    Raises:
        OSError: when nothing can be written there.
        RunningError: saying that it is ``busy``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / LOCK).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise RunningError(f"{folder}: {busy}") from error
    return lock
