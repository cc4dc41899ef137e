"""One drill at a time on a machine: two would share its cores, and neither could be judged."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from commerce_app.drill.errors import OutError, RunningError

LONGEST_PID = 10


def lock_file() -> Path:
    """Of this user: what others start is not theirs to keep from starting."""
    return Path(tempfile.gettempdir()) / f"fireline-drill-{os.getuid()}.lock"


@contextmanager
def alone_on_this_machine() -> Iterator[None]:
    """While inside, no other process of this user lives through a drill; a killed one lets go.

    Raises:
        RunningError: when another is at it, with its process.
        OutError: when the file that says so cannot be written.
    """
    path = lock_file()
    try:
        # The folder is everybody's: nobody's link is followed, and nothing is cut off before it is ours.
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise OutError(f"{path}: expected a file that can be written: {error.strerror}") from error
    with os.fdopen(opened, "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid = lock.read(LONGEST_PID).strip()
            raise RunningError(f"another drill is under way on this machine (process {pid})") from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
