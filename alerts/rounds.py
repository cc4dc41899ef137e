"""A thread that repeats a step."""

import logging
import threading
from collections.abc import Callable

from alerts.complaints import Complaints
from alerts.errors import AlertsError
from collector.clock import Clock

ROUND_SECONDS = 0.5
log = logging.getLogger(__name__)


class Round(threading.Thread):
    """Repeats a step while it says that there is more, and else twice a second or when nudged.

    An error is logged, and the next round comes: a loop that pages must not die of one row. The log has each
    error once a minute with its count, and at first its place, unless it says all that there is to know.
    """

    def __init__(self, name: str, step: Callable[[], bool], clock: Clock) -> None:
        super().__init__(name=name, daemon=True)
        self._step = step
        self._clock = clock
        self._complaints = Complaints()
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
        except Exception as error:  # noqa: BLE001  # whatever it is, the next round comes
            self._complain(error)
            return False

    def _complain(self, error: Exception) -> None:
        text = " ".join(f"{type(error).__name__}: {error}".split())
        count = self._complaints.count(text, self._clock.now())
        if count:
            place = count == 1 and not isinstance(error, AlertsError)
            times = f" ({count} times since it was last logged)" if count > 1 else ""
            log.error("%s: a round failed, the next one comes: %s%s", self.name, text, times, exc_info=place)

    def stop(self) -> None:
        """Ends after the step that runs."""
        self._stopping.set()
        self._nudged.set()
        if self.ident is not None:
            self.join()
