import json

import pytest

from commerce_app.drill.errors import CommandError, Interrupted, RunningError
from commerce_app.drill.machine_lock import alone_on_this_machine
from commerce_app.drill.scenario import load_scenario
from commerce_app.gameday.folder import Reports
from commerce_app.gameday.schedule import Schedule
from commerce_app.gameday.scheduler import LOOK_SECONDS, Scheduler
from tests.commerce_app.gameday.days import DAY, FIRST, HOUR, SEOUL, Clock, daily, killed_day, moment, result

NAMES = ("redis-slow", "redis-gone")
DRILLS = tuple((scenario, scenario.expects) for scenario in map(load_scenario, NAMES))


class Stand:
    """A scheduler on a clock that only waiting and drills move; a drill takes ``lasts_seconds``."""

    def __init__(self, folder, at=FIRST - HOUR, extra=";COUNT=3", *, catch_up=False, lasts_seconds=240.0):
        self.clock = Clock(at)
        self.reports = Reports(folder, SEOUL, self.clock.now)
        self.lasts_seconds = lasts_seconds
        self.answers = {}
        self.lived = []
        self.said = []
        schedule = Schedule("f", "staging", daily(extra), DRILLS, folder, catch_up)
        self.scheduler = Scheduler(
            schedule,
            self.reports,
            self.live,
            now=self.clock.now,
            pause=self.clock.pause,
            tell=self.said.append,
        )

    def live(self, scenario, expects):
        self.lived.append((scenario.name, self.clock.at))
        self.clock.at += self.lasts_seconds
        answer = self.answers.get(scenario.name, True)
        if isinstance(answer, BaseException):
            raise answer
        return result(scenario.name, answer)

    def days(self):
        return self.reports.days()


@pytest.fixture
def stand(tmp_path):
    return Stand(tmp_path / "game-days")


def test_game_days_are_held_at_their_times_until_there_are_no_more(stand):
    stand.scheduler.keep()
    assert [day.scheduled_for.timestamp() for day in stand.days()] == [FIRST, FIRST + DAY, FIRST + 2 * DAY]
    assert [day.started_at for day in stand.days()] == [day.scheduled_for for day in stand.days()]
    assert all(day.passed and not day.missed for day in stand.days())
    assert max(stand.clock.paused) <= LOOK_SECONDS
    assert stand.said[0] == "next game day: 2026-12-01T02:00:00+09:00"
    assert stand.said[-1] == "no more game days"


def test_a_time_that_comes_while_one_is_held_is_skipped_and_told(tmp_path):
    stand = Stand(tmp_path, lasts_seconds=0.6 * DAY)
    stand.scheduler.keep()
    _, second = stand.days()
    assert second.scheduled_for.timestamp() == FIRST + 2 * DAY
    assert [each.reason for each in second.missed] == ["the game day before had not ended"]


def test_what_came_while_it_was_down_is_told_and_not_made_up_for(tmp_path):
    Stand(tmp_path).reports.since(daily(";COUNT=3"), FIRST - HOUR)
    stand = Stand(tmp_path, at=FIRST + DAY + HOUR)
    stand.scheduler.keep()
    (day,) = stand.days()
    assert [each.at.timestamp() for each in day.missed] == [FIRST, FIRST + DAY]
    assert "2 missed before" in day.summary


def test_it_is_made_up_for_once_if_wanted(tmp_path):
    Stand(tmp_path).reports.since(daily(";COUNT=3"), FIRST - HOUR)
    stand = Stand(tmp_path, at=FIRST + DAY + HOUR, catch_up=True)
    stand.scheduler.keep()
    made_up, regular = stand.days()
    assert (made_up.trigger, made_up.scheduled_for.timestamp()) == ("catch_up", FIRST + DAY)
    assert [each.at.timestamp() for each in made_up.missed] == [FIRST]
    assert (regular.trigger, regular.missed) == ("schedule", ())


def test_a_drill_that_cannot_be_lived_through_fails_and_the_next_begins(stand):
    stand.answers["redis-slow"] = CommandError("k6: not found")
    day = stand.scheduler.once()
    assert [(each.drill, each.passed, each.error) for each in day.results] == [
        ("redis-slow", False, "k6: not found"),
        ("redis-gone", True, ""),
    ]
    assert (day.state, day.passed) == ("finished", False)


def test_what_fails_is_told_as_new_and_then_as_mended(stand):
    stand.scheduler.once()
    stand.answers["redis-gone"] = False
    assert stand.scheduler.once().changes.newly_failing == ("redis-gone",)
    assert stand.scheduler.once().changes.still_failing == ("redis-gone",)
    stand.answers.clear()
    assert stand.scheduler.once().summary == "2 passed, 0 failed; mended: redis-gone"


def test_a_signal_leaves_it_unfinished_and_goes_on(stand):
    stand.answers["redis-gone"] = Interrupted("SIGTERM")
    with pytest.raises(Interrupted):
        stand.scheduler.once()
    (day,) = stand.days()
    assert (day.state, day.why, day.not_run) == ("unfinished", "it was interrupted", ("redis-gone",))


def test_a_fault_of_ours_is_told_in_the_report_and_raised(stand):
    stand.answers["redis-gone"] = ZeroDivisionError("ratio")
    with pytest.raises(ZeroDivisionError):
        stand.scheduler.once()
    assert stand.days()[0].why == "it failed: ZeroDivisionError: ratio"


def test_a_killed_one_is_marked_at_the_next_start_and_told(stand, tmp_path):
    with stand.reports.held():
        stand.reports.save(killed_day(FIRST - DAY, drills=NAMES))
    day = stand.scheduler.once()
    killed, held = stand.days()
    assert (killed.state, held.left_unfinished) == ("unfinished", (killed.name,))
    assert stand.scheduler.once().left_unfinished == ()
    assert day.passed


def test_by_hand_it_waits_for_nobody(stand):
    with stand.reports.held(), pytest.raises(RunningError, match="has not ended"):
        stand.scheduler.once()
    assert stand.lived == []


def test_while_another_drill_runs_on_the_machine_it_waits(stand):
    with alone_on_this_machine(), pytest.raises(RunningError, match="under way on this machine"):
        stand.scheduler.once()
    assert (stand.lived, stand.days()) == ([], [])


def test_a_drill_that_ends_in_time_only_delays_a_game_day(tmp_path):
    stand = Stand(tmp_path, extra=";COUNT=1")
    other = alone_on_this_machine()
    other.__enter__()

    def pause(seconds):
        if stand.clock.at >= FIRST:
            other.__exit__(None, None, None)
        stand.clock.pause(seconds)

    stand.scheduler._pause = pause
    stand.scheduler.keep()
    (day,) = stand.days()
    assert (day.started_at.timestamp(), day.passed) == (FIRST + LOOK_SECONDS, True)
    assert stand.said[1].startswith("another drill is under way on this machine")


def test_what_another_process_holds_is_not_held_again(tmp_path):
    stand = Stand(tmp_path, at=FIRST, extra=";COUNT=1")
    other = Stand(tmp_path, at=FIRST, extra=";COUNT=1")
    held = other.reports.held()
    held.__enter__()

    def pause(seconds):
        # Meanwhile the other one has held it, and lets go.
        other.reports.save(
            killed_day(FIRST, FIRST + 20, drills=NAMES).model_copy(update={"state": "finished"})
        )
        held.__exit__(None, None, None)
        stand.clock.pause(seconds)

    stand.scheduler._pause = pause
    stand.scheduler.keep()
    assert stand.lived == []
    assert "has not ended" in stand.said[0]


def test_the_report_is_there_while_the_game_day_runs(stand, tmp_path):
    seen = []
    live = stand.live

    def looking(scenario, expects):
        (path,) = (tmp_path / "game-days").glob("*/report.json")
        seen.append(json.loads(path.read_text()))
        return live(scenario, expects)

    stand.scheduler._live = looking
    stand.scheduler.once()
    assert [(each["state"], len(each["results"])) for each in seen] == [("running", 0), ("running", 1)]
    assert stand.days()[0].saved_at == moment(FIRST - HOUR + 480)


def test_a_clock_that_was_ahead_silences_nothing(tmp_path):
    ahead = Stand(tmp_path, at=FIRST + 1000 * DAY)
    ahead.scheduler.once()
    stand = Stand(tmp_path)
    stand.scheduler.keep()
    assert [day.scheduled_for.timestamp() for day in stand.days()] == [FIRST, FIRST + DAY, FIRST + 2 * DAY]
    told = [line for line in stand.said if "began later than now: it does not count until then" in line]
    assert told == stand.said[:1]
