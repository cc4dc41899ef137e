import json
import os
from datetime import UTC, datetime

import pytest

from commerce_app.drill.suite import DrillResult
from commerce_app.prelaunch.gather import offers_extras, read_drills
from commerce_app.prelaunch.observed import Drilled

ENDED_AT = datetime(2026, 12, 1, 2, tzinfo=UTC)


def test_a_drill_ended_when_it_says_so(tmp_path):
    path = tmp_path / "drills.json"
    path.write_text(json.dumps([DrillResult("one", "", ()).json(ENDED_AT)]))
    assert read_drills(path) == {"one": Drilled(False, ENDED_AT.timestamp())}


def test_a_file_that_was_copied_says_nothing_of_when(tmp_path):
    path = tmp_path / "drills.json"
    path.write_text(json.dumps([{"drill": "one", "passed": True}]))
    os.utime(path, (7, 7))
    assert read_drills(path) == {"one": Drilled(True, None)}


@pytest.mark.parametrize(
    ("on", "offers"),
    [
        ([], True),
        (["read_only_ranking"], True),
        (["read_only_recommendations", "read_only_popular"], True),
        (["read_only_extras"], False),
        (["read_only_ranking", "read_only_recommendations"], False),
    ],
)
def test_a_page_has_extras_unless_all_are_left_out(on, offers):
    assert offers_extras(dict.fromkeys(on, True)) is offers
