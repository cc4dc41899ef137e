import json

import pytest

from commerce_app.drill.written import write_json, write_whole


def test_what_was_there_is_replaced_whole(tmp_path):
    path = tmp_path / "drills.json"
    write_json(path, [1])
    write_json(path, ["지연"])
    assert json.loads(path.read_text()) == ["지연"]
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_the_old_file_alone(tmp_path):
    path = tmp_path / "report.md"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
