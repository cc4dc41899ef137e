"""Whether incidents can be written now, found out before an alert has to be."""

import logging

from alerts.errors import DamagedError, StorageError
from alerts.group import Pause
from alerts.storage import Database
from collector.clock import Clock

CHECK_SECONDS = 10.0
log = logging.getLogger(__name__)


class WriteCheck:
    """Writes every ten seconds. ``problem`` is why that fails, in one line; empty while it works.

    A damaged file stays a problem, though some of its pages can be written.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._pause = Pause()
        self._is_damaged = False
        self.problem = ""

    def step(self) -> bool:
        at = self._clock.now()
        if not self._pause.holds(at):
            self._pause = Pause(at, at + CHECK_SECONDS)
            self._try()
        return False

    def _try(self) -> None:
        try:
            self._database.touch()
        except StorageError as error:
            self.failed(error)
        else:
            self._worked()

    def failed(self, error: StorageError) -> None:
        """Keeps what a write met; the log has a line when that changes."""
        if str(error) != self.problem:
            log.error("pages are told without a record: %s", error)
        self.problem = str(error)
        self._is_damaged = self._is_damaged or isinstance(error, DamagedError)

    def _worked(self) -> None:
        if self.problem and not self._is_damaged:
            log.warning("incidents can be written again")
            self.problem = ""
