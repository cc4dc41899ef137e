"""Who writes next within this process: in the order they asked."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from alerts.errors import StorageError

LONGEST_WAIT_SECONDS = 30.0


class Turns:
    """One at a time, first come first served.

    SQLite gives its lock to whoever polls at the right moment: a page could wait through a storm of alerts.
    """

    def __init__(self, longest_wait_seconds: float = LONGEST_WAIT_SECONDS) -> None:
        self._longest_wait_seconds = longest_wait_seconds
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Waits for one's turn.

        Raises:
            StorageError: when it does not come.
        """
        self._wait()
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        came = False
        try:
            came = turn.wait(self._longest_wait_seconds)
        finally:
            if not came:
                self._leave(turn)
        if not came:
            raise StorageError(
                f"incidents cannot be written: others write for {self._longest_wait_seconds:g} s"
            )

    def _leave(self, turn: threading.Event) -> None:
        """A turn that came while its owner gave up is the next one's."""
        with self._lock:
            waits = turn in self._waiting
            if waits:
                self._waiting.remove(turn)
        if not waits:
            self._pass_on()

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
