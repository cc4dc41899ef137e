"""What is due in an act, decided from the time and from what was seen; nothing here reads a clock."""

import math
from dataclasses import dataclass

from commerce_app.drill.scenario import Act, RunbookStep, Scenario, Step

RECOVERED = "the runbook is done and recovery had its time"


@dataclass(frozen=True)
class Seen:
    """Seconds of the act at which it was seen; None: not yet."""

    alarm_seconds: float | None = None
    page_seconds: float | None = None


@dataclass(frozen=True)
class Due:
    steps: tuple[Step, ...]
    heals: tuple[Step, ...]
    runbook: tuple[RunbookStep, ...]
    ended: str | None


def trigger_seconds(act: Act, seen: Seen) -> float | None:
    """When the runbook's trigger came."""
    return {"alarm": seen.alarm_seconds, "page": seen.page_seconds, "none": None}[act.trigger]


def due(
    scenario: Scenario,
    act: Act,
    seen: Seen,
    done: frozenset[str],
    seconds: float,
    *,
    in_force: frozenset[str] = frozenset(),
) -> Due:
    """The steps to take now, in their order, the faults to heal, and why the act is over if it is.

    done: names of steps taken already. seconds: since the act's start. in_force: faults not healed yet.
    """
    trigger = trigger_seconds(act, seen)
    steps = tuple(step for step in scenario.steps if step.name not in done and seconds >= step.at_seconds)
    runbook = tuple(
        step
        for step in scenario.runbook
        if trigger is not None and step.name not in done and seconds >= trigger + step.after_seconds
    )
    heals = tuple(step for step in scenario.steps if step.name in in_force and _heals(step, act, seconds))
    return Due(steps, heals, runbook, _ended(scenario, act, trigger, seconds))


def _heals(step: Step, act: Act, seconds: float) -> bool:
    ends = [at for at in (step.heals_at_seconds, act.heal_seconds) if at is not None]
    return seconds >= min(ends, default=math.inf)


def _ended(scenario: Scenario, act: Act, trigger: float | None, seconds: float) -> str | None:
    if act.end_seconds is not None:
        return "its time is over" if seconds >= act.end_seconds else None
    if trigger is not None:
        last = max((step.after_seconds for step in scenario.runbook), default=0.0)
        if seconds >= trigger + last + scenario.recovery_seconds:
            return RECOVERED
    return "its longest time is over" if seconds >= scenario.limit_seconds else None
