"""A game day as its `report.json` keeps it."""

from collections.abc import Mapping
from typing import Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from commerce_app.drill.judge import Finding
from commerce_app.drill.suite import DrillResult, Judged

Trigger = Literal["schedule", "catch_up", "once"]
RUNNING: Final = "running"
FINISHED: Final = "finished"
UNFINISHED: Final = "unfinished"


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class ActOutcome(_Kept):
    agrees: bool
    findings: tuple[Finding, ...]
    doubt: str = ""


class Outcome(_Kept):
    """One drill, as in the `drills.json` of `fireline drill all`.

    error: why it could not be lived through to its end; then its acts are missing.
    """

    drill: str
    cause: str
    passed: bool
    ended_at: AwareDatetime
    offered_rps: float | None = None
    acts: Mapping[str, ActOutcome] = {}
    error: str = ""

    @classmethod
    def of(cls, result: DrillResult, ended_at: AwareDatetime) -> Self:
        return cls.model_validate(result.json(ended_at))

    @property
    def judged(self) -> tuple[Judged, ...]:
        return tuple(Judged(name, act.findings, act.doubt) for name, act in self.acts.items())


class Missed(_Kept):
    """A game day that was not held, and why."""

    at: AwareDatetime
    reason: str


class Changes(_Kept):
    """Drills by what became of them since each was last judged. ``since``: the game day before, if any."""

    since: str | None = None
    newly_failing: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    still_failing: tuple[str, ...] = ()
    first_time: tuple[str, ...] = ()


class GameDay(_Kept):
    """name: its folder. scheduled_for: None when it was asked for by hand. drills: those it is to run.

    saved_at: the last sign of life. missed: of the time since the game day before, up to its start.
    left_unfinished: earlier game days that were found killed when it began. why: it is unfinished.
    """

    name: str
    environment: str
    trigger: Trigger
    scheduled_for: AwareDatetime | None
    state: Literal["running", "finished", "unfinished"]
    started_at: AwareDatetime
    saved_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    why: str = ""
    drills: tuple[str, ...]
    results: tuple[Outcome, ...] = ()
    missed: tuple[Missed, ...] = ()
    left_unfinished: tuple[str, ...] = ()
    changes: Changes = Changes()
    summary: str = ""

    @property
    def passed(self) -> bool:
        return self.state == FINISHED and all(outcome.passed for outcome in self.results)

    @property
    def not_run(self) -> tuple[str, ...]:
        run = {outcome.drill for outcome in self.results}
        return tuple(name for name in self.drills if name not in run)

    @property
    def last_sign_at(self) -> float:
        """Unix seconds of its end, or of its last sign of life."""
        return (self.saved_at if self.ended_at is None else self.ended_at).timestamp()

    def lasted(self, at: float) -> bool:
        """Whether it was being held at this Unix second."""
        return self.started_at.timestamp() <= at <= self.last_sign_at
