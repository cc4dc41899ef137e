"""A thread that repeats a step."""

import logging
import threading
from collections.abc import Callable

ROUND_SECONDS = 0.5
log = logging.getLogger(__name__)


class Round(threading.Thread):
    """Repeats a step while it says that there is more, and else twice a second or when nudged.

    An error is logged with its place, and the next round comes: a loop that pages must not die of one row.
    """

    def __init__(self, name: str, step: Callable[[], bool]) -> None:
        super().__init__(name=name, daemon=True)
        self._step = step
        self._nudged = threading.Event()
        self._stopping = threading.Event()

    def nudge(self) -> None:
        self._nudged.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            if not self._one():
                self._nudged.wait(ROUND_SECONDS)
                self._nudged.clear()

    def _one(self) -> bool:
        try:
            return self._step()
        except Exception:
            log.exception("%s: a round failed, the next one comes", self.name)
            return False

    def stop(self) -> None:
        """Ends after the step that runs."""
        self._stopping.set()
        self._nudged.set()
        if self.ident is not None:
            self.join()
