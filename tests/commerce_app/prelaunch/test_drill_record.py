import json
import os
from datetime import UTC, datetime

import pytest

from commerce_app.prelaunch.drill_record import read_drills
from commerce_app.prelaunch.errors import UnansweredError
from commerce_app.prelaunch.observed import Drilled, Unseen
from tests.commerce_app.gameday.days import result

ENDED_AT = datetime(2026, 12, 1, 2, tzinfo=UTC)


def entry(passed=True, /, **changes):
    return {**result("one", passed).json(ENDED_AT), "offered_rps": 272, **changes}


@pytest.fixture
def read(tmp_path):
    def read(*entries, text=None):
        path = tmp_path / "drills.json"
        path.write_text(json.dumps(entries) if text is None else text)
        os.utime(path, (7, 7))
        return read_drills(path)

    return read


@pytest.mark.parametrize("passed", [True, False])
def test_a_drill_ended_when_it_says_so(read, passed):
    assert read(entry(passed)) == {"one": Drilled(passed, ENDED_AT.timestamp(), 272)}


def test_a_file_that_was_copied_says_nothing_of_when(read):
    assert read(entry(ended_at=None)) == {"one": Drilled(True, None, 272)}


@pytest.mark.parametrize(
    "changes",
    [
        {"acts": {}},
        {"acts": {"protected": {"agrees": True}}},
        {"acts": {"unprotected": {"agrees": False}, "protected": {"agrees": True}}},
        {"error": "PostgreSQL did not come up"},
        {"passed": False},
    ],
)
def test_a_result_that_contradicts_itself_is_unseen(read, changes):
    assert isinstance(read(entry(**changes))["one"], Unseen)


def test_of_two_results_of_a_drill_nobody_knows_which_holds(read):
    assert read(entry(False), entry()) == {"one": Unseen("more than one result of one")}


@pytest.mark.parametrize(
    "changes",
    [
        {"passed": "false"},
        {"passed": "no"},
        {"passed": [0]},
        {"passed": 1},
        {"ended_at": "2026-12-01T02:00:00"},
        {"ended_at": 5},
        {"ended_at": "soon"},
        {"offered_rps": "272"},
        {"offered_rps": -1},
        {"acts": []},
    ],
)
def test_what_is_no_result_is_named(read, changes):
    with pytest.raises(UnansweredError, match=rf"drills\.json: 0\.{next(iter(changes))}"):
        read(entry(**changes))


@pytest.mark.parametrize(
    "text", ["", "5", "{}", "[" * 100_000, '[{"drill": "one", "passed": NaN}]', '["x"]', "1" * 5_000]
)
def test_what_are_no_results_is_said_so(read, text):
    with pytest.raises(UnansweredError, match=r"drills\.json: "):
        read(text=text)


def test_a_folder_is_named(tmp_path):
    with pytest.raises(UnansweredError, match="Is a directory"):
        read_drills(tmp_path)
