"""Whether incidents can be written now, found out before an alert has to be."""

import logging

from alerts.errors import StorageError
from alerts.storage import Database
from collector.clock import Clock

CHECK_SECONDS = 10.0
log = logging.getLogger(__name__)


class WriteCheck:
    """Writes every ten seconds. ``problem`` is why that fails, in one line; empty while it works."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._next_at = 0.0
        self.problem = ""

    def step(self) -> bool:
        at = self._clock.now()
        if at >= self._next_at:
            self._next_at = at + CHECK_SECONDS
            self._try()
        return False

    def _try(self) -> None:
        try:
            self._database.touch()
        except StorageError as error:
            self.note(str(error))
        else:
            self.note("")

    def note(self, problem: str) -> None:
        """Keeps what the last write met; the log has a line when that changes."""
        if problem and problem != self.problem:
            log.error("pages are told without a record: %s", problem)
        elif self.problem and not problem:
            log.warning("incidents can be written again")
        self.problem = problem
