import json

import pytest
from click.testing import CliRunner

from postmortem.cli import main

CLEAN = """\
## Timeline
- 10:00 slow
## Impact
None.
## Cause
None.
## Recovery
None.
## Action items
| Action | Owner | Due |
| - | - | - |
| Tune the alert | Kim | 2026-02-01 |
"""


@pytest.fixture
def lint(tmp_path):
    """Lints a text, with more arguments."""

    def run(text, *arguments):
        path = tmp_path / "review.md"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return CliRunner().invoke(main, ["lint", str(path), *map(str, arguments)])

    return run


def test_nothing_found_exits_with_0(lint):
    result = lint(CLEAN)
    assert (result.exit_code, result.output.endswith("review.md: nothing found\n")) == (0, True)


def test_json_of_nothing_is_an_empty_list(lint):
    result = lint(CLEAN, "--format", "json")
    assert (result.exit_code, json.loads(result.output)) == (0, [])


def test_findings_exit_with_1_and_tell_file_line_and_rule(lint):
    result = lint(CLEAN.replace("Kim", ""))
    assert result.exit_code == 1
    assert result.output.endswith("review.md:12: item-without-owner: no owner: “Tune the alert”\n")


def test_json_is_a_list_of_rule_line_and_message(lint):
    result = lint(CLEAN.replace("Kim", ""), "--format", "json", "--lang", "ko")
    message = "담당자가 없다: ‘Tune the alert’"
    assert json.loads(result.output) == [{"rule": "item-without-owner", "line": 12, "message": message}]


def test_figures_are_held_against_a_case(lint):
    text = CLEAN.replace("- 10:00 slow", "- 2025-09-03 10:20 KST: cache hit ratio 90%")
    result = lint(text, "--case", "seed-2025-09-03")
    assert (result.exit_code, "series-disagree" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("text", "arguments", "mistake"),
    [
        (CLEAN, ["--case", "a", "--archive", "b"], "expected one of --case, --archive and --url"),
        (CLEAN, ["--signals", "s.yml"], "--signals: expected together with --case"),
        (CLEAN, ["--case", "nowhere"], "nowhere"),
        (CLEAN, ["--archive", "nowhere.json"], "expected a report that"),
        (CLEAN, ["--url", "http://127.0.0.1:1"], "expected Fireline to answer"),
        (b"\xff\xfe", [], "expected text in UTF-8"),
        (b"a\0b", [], "expected a post-mortem in Markdown"),
    ],
)
def test_misuse_is_one_line_and_exits_with_2(text, arguments, mistake, lint):
    result = lint(text, *arguments)
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert mistake in result.output


def test_a_file_that_is_not_there():
    result = CliRunner().invoke(main, ["lint", "nowhere.md"])
    assert (result.exit_code, "nowhere.md: cannot be read" in result.output) == (2, True)
