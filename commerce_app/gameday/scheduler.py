"""Keeps a schedule: waits, holds what is due, and never two game days at once."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import takewhile

from commerce_app.drill.errors import RunningError
from commerce_app.drill.machine_lock import alone_on_this_machine
from commerce_app.gameday.decision import Due, Over, Wait, decide, missed
from commerce_app.gameday.folder import Reports
from commerce_app.gameday.game_day import Live, hold
from commerce_app.gameday.record import RUNNING, UNFINISHED, GameDay
from commerce_app.gameday.schedule import Schedule

# A machine that slept, or whose clock was set, is noticed as soon as this.
LOOK_SECONDS = 30.0


class Scheduler:
    """now: Unix seconds. pause: waits for so many seconds. tell: a line for whoever watches."""

    def __init__(
        self,
        schedule: Schedule,
        reports: Reports,
        live: Live,
        *,
        now: Callable[[], float],
        pause: Callable[[float], None],
        tell: Callable[[str], None],
    ) -> None:
        self._schedule = schedule
        self._reports = reports
        self._live = live
        self._now = now
        self._pause = pause
        self._tell = tell
        self._told = ""

    def keep(self) -> None:
        """Until there are no more game days. Raises RecordError."""
        self._name_ahead()
        self._settle()
        while True:
            at = self._now()
            step = self._step(at)
            if isinstance(step, Over):
                self._tell_once("no more game days")
                return
            if isinstance(step, Wait):
                self._tell_once(f"next game day: {self._schedule.when.spell(step.until)}")
                self._pause(min(step.until - at, LOOK_SECONDS))
            else:
                self._hold_if_due()

    def once(self) -> GameDay:
        """Hold one now, besides the schedule.

        Raises:
            RunningError: when another has not ended.
        """
        self._name_ahead()
        with self._reports.held(), alone_on_this_machine():
            self._mark_killed()
            return self._hold(self._now(), None)

    def _step(self, at: float) -> Due | Wait | Over:
        schedule = self._schedule
        since = self._reports.since(schedule.when, at)
        return decide(schedule.when, self._reports.days(), since, at, catch_up=schedule.catch_up)

    def _hold_if_due(self) -> None:
        try:
            with self._reports.held():
                self._mark_killed()
                # Another process may have held it since we looked.
                at = self._now()
                step = self._step(at)
                if isinstance(step, Due):
                    with alone_on_this_machine():
                        self._hold(at, step)
        except RunningError as error:
            self._tell_once(str(error))
            self._pause(LOOK_SECONDS)

    def _hold(self, at: float, due: Due | None) -> GameDay:
        schedule, days = self._schedule, self._reports.days()
        since, held = self._reports.since(schedule.when, at), due.scheduled_for if due else None
        started_at = datetime.fromtimestamp(at, UTC)
        day = GameDay(
            name=self._reports.name_for(started_at),
            environment=schedule.environment,
            trigger=due.trigger if due else "once",
            scheduled_for=None if held is None else datetime.fromtimestamp(held, schedule.when.zone),
            state=RUNNING,
            started_at=started_at,
            saved_at=started_at,
            drills=schedule.drill_names,
            missed=missed(schedule.when, days, since, at, held),
            left_unfinished=_left_unfinished(days),
        )
        self._tell(f"game day {day.name}: {', '.join(day.drills)}")
        ended = hold(day, schedule.drills, self._live, self._reports, self._now)
        self._tell(f"{ended.summary} ({self._reports.folder_of(ended)})")
        return ended

    def _settle(self) -> None:
        try:
            with self._reports.held():
                self._mark_killed()
        except RunningError as error:
            self._tell_once(str(error))

    def _mark_killed(self) -> None:
        for day in self._reports.mark_killed():
            self._tell(f"game day {day.name} is unfinished: {day.why}")

    def _name_ahead(self) -> None:
        for day in self._reports.ahead():
            self._tell(f"game day {day.name} began later than now: it does not count until then")

    def _tell_once(self, text: str) -> None:
        if text != self._told:
            self._tell(text)
        self._told = text


def _left_unfinished(days: Sequence[GameDay]) -> tuple[str, ...]:
    """Those since the last one that ended."""
    latest = takewhile(lambda day: day.state == UNFINISHED, reversed(days))
    return tuple(reversed([day.name for day in latest]))
