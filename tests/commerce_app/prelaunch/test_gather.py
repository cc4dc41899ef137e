import json
import os
from datetime import UTC, datetime

from commerce_app.drill.suite import DrillResult
from commerce_app.prelaunch.gather import read_drills
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
