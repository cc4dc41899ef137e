"""Holds a game day: its drills one after another, its report written after each."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Protocol

from commerce_app.drill.errors import DrillError, Interrupted
from commerce_app.drill.expectations import Expectations
from commerce_app.drill.scenario import Scenario
from commerce_app.drill.suite import DrillResult
from commerce_app.faults.errors import FaultError
from commerce_app.gameday.changes import changes
from commerce_app.gameday.folder import Reports
from commerce_app.gameday.record import FINISHED, UNFINISHED, GameDay, Outcome
from commerce_app.stack.errors import StackError

INTERRUPTED = "it was interrupted"


class Live(Protocol):
    """Lives through both acts of a drill; raises DrillError, FaultError, StackError."""

    def __call__(self, scenario: Scenario, expects: Expectations) -> DrillResult: ...


def hold(
    day: GameDay,
    drills: Iterable[tuple[Scenario, Expectations]],
    live: Live,
    reports: Reports,
    now: Callable[[], float],
) -> GameDay:
    """Run the drills of ``day`` and return it as it ended. ``now`` gives Unix seconds.

    A drill that cannot be lived through has failed, and the next one begins. Whatever else ends it, but
    SIGKILL, leaves the day unfinished and is raised.
    """
    earlier = [each for each in reports.days() if each.name != day.name]

    def saved(**update: object) -> GameDay:
        at = datetime.fromtimestamp(now(), UTC)
        return reports.save(day.model_copy(update={"saved_at": at, **update}))

    try:
        day = saved(changes=changes((), earlier))
        for scenario, expects in drills:
            outcome = _outcome(scenario, expects, live, now)
            results = (*day.results, outcome)
            day = saved(results=results, changes=changes(results, earlier))
        return saved(state=FINISHED, ended_at=datetime.fromtimestamp(now(), UTC))
    except Interrupted:
        saved(state=UNFINISHED, why=INTERRUPTED)
        raise
    except BaseException as error:
        saved(state=UNFINISHED, why=f"it failed: {type(error).__name__}: {error}")
        raise


def _outcome(scenario: Scenario, expects: Expectations, live: Live, now: Callable[[], float]) -> Outcome:
    try:
        result = live(scenario, expects)
    except (DrillError, FaultError, StackError) as error:
        result, said = DrillResult(scenario.name, expects.cause, ()), str(error) or type(error).__name__
    else:
        said = ""
    ended_at = datetime.fromtimestamp(now(), UTC)
    return Outcome.of(result, ended_at).model_copy(update={"error": said})
