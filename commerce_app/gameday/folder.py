"""The folder of the reports: what has been, and who is at work. Nothing else is remembered."""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from commerce_app.drill.errors import RecordError
from commerce_app.drill.out_folder import lock_folder
from commerce_app.drill.written import write_json, write_whole
from commerce_app.gameday.changes import latest_outcomes
from commerce_app.gameday.record import RUNNING, UNFINISHED, GameDay
from commerce_app.gameday.report import report_markdown, summary
from commerce_app.gameday.when import When

REPORT_JSON, REPORT_TEXT = "report.json", "report.md"
LATEST, BEGUN = "drills.json", "schedule.json"
WORK = "latest"
# A clock that is set is set by less than this; what is further ahead was a mistake.
AHEAD_SECONDS = 300.0
KILLED = "it was killed, or the machine went down"


class Reports:
    """A folder for each game day, and beside them the latest outcome of every drill (`drills.json`).

    now: Unix seconds. A game day that began later than now was held while the clock was ahead. It counts for
    nothing until then, or it would silence all that is due before.
    """

    def __init__(self, folder: Path, zone: ZoneInfo, now: Callable[[], float]) -> None:
        self._folder = folder
        self._zone = zone
        self._now = now

    @property
    def work(self) -> Path:
        """Where the servers, samples and logs of the latest game day lie."""
        return self._folder / WORK

    @contextmanager
    def held(self) -> Iterator[None]:
        """While inside, no other process holds a game day here; a killed one lets go.

        Raises:
            RunningError: when another is at it.
        """
        with _said(self._folder):
            lock = lock_folder(self._folder, "a game day is being held, and has not ended")
        with lock:
            yield

    def since(self, when: When, at: float) -> float:
        """When this schedule began to be kept; one that changed, or began later than now, begins now."""
        path = self._folder / BEGUN
        if path.exists():
            try:
                kept = json.loads(path.read_text(encoding="utf-8"))
                since = _moment(kept["since"])
                if kept["when"] == str(when) and since <= at + AHEAD_SECONDS:
                    return since
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                raise RecordError(f"{path}: expected when a schedule began, as Fireline wrote it") from error
        with _said(path):
            self._folder.mkdir(parents=True, exist_ok=True)
            write_json(path, {"when": str(when), "since": at})
        return at

    def days(self) -> list[GameDay]:
        """Those held so far, in their order.

        Raises:
            RecordError: for a report that is none.
        """
        latest = self._now() + AHEAD_SECONDS
        return [day for day in self._all() if day.started_at.timestamp() <= latest]

    def ahead(self) -> list[GameDay]:
        """Those that say they began later than now."""
        latest = self._now() + AHEAD_SECONDS
        return [day for day in self._all() if day.started_at.timestamp() > latest]

    def _all(self) -> list[GameDay]:
        paths = self._folder.glob(f"*/{REPORT_JSON}")
        return sorted((self._read(path) for path in paths), key=lambda day: (day.started_at, day.name))

    def name_for(self, started_at: datetime) -> str:
        """A folder's name that is not taken, and sorts by time."""
        name = f"{started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        taken = {path.name for path in self._folder.glob(f"{name}*")}
        later = (f"{name}-{number}" for number in range(2, len(taken) + 2))
        return name if name not in taken else next(each for each in later if each not in taken)

    def save(self, day: GameDay) -> GameDay:
        """Write the reports, then what `prelaunch` reads; returns the day with its summary.

        Raises:
            RecordError: when they cannot be written.
        """
        told = day.model_copy(update={"summary": summary(day)})
        folder = self.folder_of(day)
        with _said(folder):
            folder.mkdir(exist_ok=True)
            write_json(folder / REPORT_JSON, told.model_dump(mode="json"))
            write_whole(folder / REPORT_TEXT, report_markdown(told, self._zone))
        outcomes = latest_outcomes(self.days()).values()
        with _said(self._folder):
            write_json(self._folder / LATEST, [each.model_dump(mode="json") for each in outcomes])
        return told

    def folder_of(self, day: GameDay) -> Path:
        """Where its reports lie."""
        return self._folder / day.name

    def mark_killed(self) -> list[GameDay]:
        """Those that say they run while nobody holds one become unfinished. Only while ``held``."""
        killed = [day for day in self.days() if day.state == RUNNING]
        return [self.save(day.model_copy(update={"state": UNFINISHED, "why": KILLED})) for day in killed]

    @staticmethod
    def _read(path: Path) -> GameDay:
        try:
            with _said(path):
                return GameDay.model_validate_json(path.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, ValidationError) as error:
            raise RecordError(f"{path}: expected the report of a game day, as Fireline wrote it") from error


def _moment(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError("expected Unix seconds")
    return value


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """What a file system refuses, in one line."""
    try:
        yield
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror or error}") from error
