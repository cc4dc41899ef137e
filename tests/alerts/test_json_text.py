import json
from pathlib import Path

from alerts.json_text import json_text


def test_what_is_no_number_is_null():
    assert json.loads(json_text({"a": [float("nan"), float("inf"), 1.5]})) == {"a": [None, None, 1.5]}


def test_text_stays_as_it_is_written():
    assert '"예산"' in json_text(["예산"])


def test_commands_print_no_other_json():
    for command in Path("alerts").rglob("*cli.py"):
        assert "json.dumps" not in command.read_text(), command
