import json
from dataclasses import replace

import pytest

from commerce_app.drill.errors import RecordError, RunningError
from commerce_app.gameday.folder import Reports
from commerce_app.gameday.record import Outcome
from commerce_app.prelaunch.drill_record import read_drills
from commerce_app.prelaunch.observed import Drilled
from tests.commerce_app.gameday.days import (
    DAY,
    FIRST,
    SEOUL,
    daily,
    game_day,
    killed_day,
    moment,
    outcome,
    result,
)

NOW = FIRST + 2 * DAY


@pytest.fixture
def reports(tmp_path):
    return Reports(tmp_path / "game-days", SEOUL, lambda: NOW)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "game-days").mkdir()
    return tmp_path / "game-days"


def test_what_was_saved_is_read_again_in_its_order(reports, folder):
    days = [reports.save(game_day(FIRST + DAY)), reports.save(game_day(FIRST, results=[outcome("one")]))]
    assert reports.days() == days[::-1]
    assert {path.name for path in (folder / days[0].name).iterdir()} == {"report.json", "report.md"}


def test_prelaunch_reads_the_latest_outcome_of_each_drill(reports, folder):
    drilled = replace(result("banner-spike"), offered_rps=272.0)
    spike = Outcome.of(drilled, moment(FIRST))
    reports.save(game_day(results=[spike, outcome("redis-slow", at=FIRST + 60)]))
    reports.save(game_day(FIRST + DAY, results=[outcome("redis-slow", passed=False, at=FIRST + DAY)]))
    assert read_drills(folder / "drills.json") == {
        "banner-spike": Drilled(passed=True, at=FIRST, offered_rps=272),
        "redis-slow": Drilled(passed=False, at=FIRST + DAY),
    }


def test_one_game_day_at_a_time(reports, tmp_path):
    other = Reports(tmp_path / "game-days", SEOUL, lambda: NOW)
    with reports.held(), pytest.raises(RunningError, match="has not ended"), other.held():
        pass
    with other.held():
        pass


def test_a_killed_one_becomes_unfinished(reports, folder):
    reports.save(killed_day(results=[outcome("one")]))
    (marked,) = reports.mark_killed()
    assert (marked.state, marked.saved_at) == ("unfinished", moment(FIRST + 600))
    assert reports.mark_killed() == []
    assert json.loads((folder / marked.name / "report.json").read_text())["state"] == "unfinished"


def test_a_schedule_that_changes_begins_anew(reports):
    assert reports.since(daily(), 1.0) == 1.0
    assert reports.since(daily(), 2.0) == 1.0
    assert reports.since(daily(";INTERVAL=2"), 3.0) == 3.0


def test_names_are_not_taken_twice(reports, folder):
    at = moment(FIRST)
    assert reports.name_for(at) == "20261130T170000Z"
    for _ in range(2):
        (folder / reports.name_for(at)).mkdir()
    assert reports.name_for(at) == "20261130T170000Z-3"


@pytest.mark.parametrize("text", ["", "[]", '{"name": "x"}', "\x80"])
def test_a_report_that_is_none_is_named(reports, folder, text):
    (folder / "day").mkdir()
    (folder / "day" / "report.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(RecordError, match=r"day/report\.json: expected the report of a game day"):
        reports.days()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(RecordError, match="file/reports: Not a directory"),
        Reports(tmp_path / "file" / "reports", SEOUL, lambda: NOW).held(),
    ):
        pass


def test_a_game_day_of_a_clock_that_was_ahead_does_not_count(reports, folder):
    ahead = reports.save(game_day(NOW + 1000 * DAY, results=[outcome("one")]))
    held = reports.save(game_day(FIRST))
    assert (reports.days(), reports.ahead()) == ([held], [ahead])


def test_a_schedule_that_began_later_than_now_begins_now(reports):
    reports.since(daily(), FIRST + DAY)
    assert reports.since(daily(), FIRST) == FIRST


def test_a_schedule_that_began_after_all_time_begins_now(reports, folder):
    (folder / "schedule.json").write_text(f'{{"when": "{daily()}", "since": 1{"0" * 400}}}')
    assert reports.since(daily(), FIRST) == FIRST


@pytest.mark.parametrize("since", ["NaN", "-1e300", "Infinity", "true", '"1"', "null", "[" * 100_000])
def test_a_beginning_that_is_none_is_named(reports, folder, since):
    (folder / "schedule.json").write_text(f'{{"when": "{daily()}", "since": {since}}}')
    with pytest.raises(RecordError, match=r"schedule\.json: expected when a schedule began"):
        reports.since(daily(), 1.0)
