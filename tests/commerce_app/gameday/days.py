"""Game days and drills for tests: nothing is lived through."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from commerce_app.drill.judge import Finding
from commerce_app.drill.suite import DrillResult, Judged
from commerce_app.gameday.record import GameDay, Outcome
from commerce_app.gameday.when import When, checked_rule

SEOUL = ZoneInfo("Asia/Seoul")
START = datetime.fromisoformat("2026-12-01T02:00")
# The first game day is at midnight of day 0.
FIRST = START.replace(tzinfo=SEOUL).timestamp()
HOUR, DAY = 3600.0, 86_400.0
KEPT = Finding("invariants", "11 kept", "kept", True)
LOST = Finding("order-latency", "lost: over 1.00% bad", "9.00% bad", True)
HELD = Finding("order-latency", "kept: at most 1.00% bad", "0.00% bad", True)
NOT_HELD = Finding("order-latency", "kept: at most 1.00% bad", "2.70% bad", False)


def daily(extra=""):
    return When(START, SEOUL, checked_rule(f"FREQ=DAILY{extra}", START))


def moment(at):
    return datetime.fromtimestamp(at, UTC)


def result(name, passed=True):
    acts = (Judged("unprotected", (LOST, KEPT)), Judged("protected", (HELD if passed else NOT_HELD, KEPT)))
    return DrillResult(name, f"cause of {name}", acts)


def outcome(name, passed=True, at=FIRST):
    return Outcome.of(result(name, passed), moment(at))


def game_day(started_at=FIRST, ended_at=None, **given):
    """Finished ten minutes after it began, unless said otherwise."""
    ended_at = started_at + 600 if ended_at is None else ended_at
    return GameDay(
        **{
            "name": f"{moment(started_at):%Y%m%dT%H%M%SZ}",
            "environment": "staging",
            "trigger": "schedule",
            "scheduled_for": moment(started_at),
            "state": "finished",
            "started_at": moment(started_at),
            "saved_at": moment(ended_at),
            "ended_at": moment(ended_at),
            "drills": ("one",),
            **given,
        }
    )


def killed_day(started_at=FIRST, saved_at=None, **given):
    return game_day(started_at, saved_at, state="running", **given).model_copy(update={"ended_at": None})


@dataclass
class Clock:
    """Waiting makes time pass; nothing else does."""

    at: float
    paused: list = field(default_factory=list)

    def now(self):
        return self.at

    def pause(self, seconds):
        self.paused.append(seconds)
        self.at += seconds
