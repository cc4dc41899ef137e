from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from commerce_app.drill.errors import ScheduleError
from commerce_app.drill.scenario import SCENARIOS, scenario_names
from commerce_app.gameday.schedule import load_schedule
from tests.commerce_app.test_yaml_file import BOMB

WHEN = {"start": "2026-12-01T02:00:00", "timezone": "Asia/Seoul", "rrule": "FREQ=WEEKLY;BYDAY=TU"}
CONTENT = {"environment": "staging", "when": WHEN, "drills": ["banner-spike"], "reports": "game-days"}


@pytest.fixture
def load(tmp_path):
    def load(content):
        path = tmp_path / "schedule.yml"
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return load_schedule(path)

    return load


def test_a_schedule_is_read(load, tmp_path):
    schedule = load(CONTENT)
    assert (schedule.environment, schedule.drill_names) == ("staging", ("banner-spike",))
    assert (schedule.reports, schedule.catch_up) == (tmp_path / "game-days", False)
    assert schedule.when.zone == ZoneInfo("Asia/Seoul")


def test_all_drills_and_files_of_ones_own(load, tmp_path):
    assert load({**CONTENT, "drills": "all"}).drill_names == tuple(scenario_names())
    own = Path(SCENARIOS / "redis-slow.yml").read_text().replace("name: redis-slow", "name: mine")
    (tmp_path / "mine.yml").write_text(own)
    assert load({**CONTENT, "drills": ["mine.yml"]}).drill_names == ("mine",)


def without(key):
    return {each: value for each, value in CONTENT.items() if each != key}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            without("environment"),
            "environment: expected the name of a stack that was declared .*, got nothing",
        ),
        ({**CONTENT, "environment": ""}, "environment: expected the name of a stack"),
        ({**CONTENT, "environment": True}, "environment: expected the name of a stack .*, got True"),
        (without("when"), "when: expected start, timezone and rrule, got nothing"),
        ({**CONTENT, "when": "weekly"}, "when: expected start, timezone and rrule, got weekly"),
        (
            {**CONTENT, "when": {**WHEN, "rrule": "FREQ=HOURLY"}},
            "when: rrule: expected FREQ=.*, got FREQ=HOURLY",
        ),
        ({**CONTENT, "when": {**WHEN, "rrule": 5}}, "when.rrule: expected an RRULE such as .*, got 5"),
        (
            {**CONTENT, "when": {**WHEN, "timezone": "Seoul"}},
            "when.timezone: expected a zone such as .* Seoul",
        ),
        ({**CONTENT, "when": {**WHEN, "start": "2026-12-01T02:00:00Z"}}, "when.start: .* without an offset"),
        ({**CONTENT, "when": {**WHEN, "start": "soon"}}, "when.start: expected a local time .*, got soon"),
        (
            {**CONTENT, "when": {**WHEN, "at": 1}},
            "when.at: unknown key: expected one of start, timezone, rrule",
        ),
        (
            {**CONTENT, "enviroment": "x"},
            "enviroment: unknown key: expected one of environment, when, drills",
        ),
        ({**CONTENT, "drills": []}, "drills: expected names of drills, or all, got"),
        ({**CONTENT, "drills": "some"}, "drills: expected names of drills, or all, got some"),
        ({**CONTENT, "drills": ["no-such"]}, "drills.0: no-such: expected one of banner-spike"),
        ({**CONTENT, "drills": ["redis-slow"] * 2}, "drills.1: expected each drill once, got redis-slow"),
        ({**CONTENT, "catch_up": "maybe"}, "catch_up: "),
        ("", r"\(whole file\)"),
        ("{", "expected YAML"),
        ("[" * 1_000, "expected YAML"),
        ("at: 2001-99-99", "expected YAML"),
        ("n: " + "1" * 5_000, "expected YAML"),
        (BOMB, "expected at most 262144 characters"),
        ({**CONTENT, "when": {**WHEN, "timezone": "a\n" * 9_000}}, r"when\.timezone: .* got (a )+…$"),
        (
            {**CONTENT, "when": {**WHEN, "start": "9999-12-31T00:00:00"}},
            "when: rrule: expected a start from 2020",
        ),
    ],
)
def test_a_mistake_names_file_key_and_what_was_expected(load, content, message):
    with pytest.raises(ScheduleError, match=rf"schedule\.yml: {message}"):
        load(content)


def test_a_folder_is_no_schedule(tmp_path):
    with pytest.raises(ScheduleError, match="expected a file that can be read: Is a directory"):
        load_schedule(tmp_path)


def test_a_file_that_is_not_there():
    with pytest.raises(ScheduleError, match=r"nowhere\.yml: No such file"):
        load_schedule(Path("nowhere.yml"))
