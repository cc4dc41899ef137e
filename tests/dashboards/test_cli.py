import logging
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from dashboards import cli
from dashboards.starter import write_starter

FULL = Path("/dev/full")


def fireline(*arguments: str, capsys) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        cli.main(list(arguments))
    output = capsys.readouterr()
    return end.value.code, output.out, output.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["upp"], "no command 'upp': did you mean up?"),
        (["up", "--foo"], "No such option '--foo' (see fireline up --help)"),
        (["up", "--data", "d"], "Missing option '--config' (see fireline up --help)"),
        (
            ["dashboards", "export", "out", "--config", "/nowhere.yml"],
            "/nowhere.yml: expected a readable file",
        ),
    ],
)
def test_mistake_is_one_line_and_exit_code_2(arguments, message, capsys):
    code, _, errors = fireline(*arguments, capsys=capsys)
    assert code == 2
    assert errors.startswith(f"fireline: {message}")
    assert errors.count("\n") == 1


@pytest.mark.parametrize("command", [["dashboards", "export", "out", "--config"], ["alerts", "check"]])
def test_a_mistake_steers_no_terminal(command, capsys):
    code, _, errors = fireline(*command, "/no\x1b]0;where\n\u202e.yml", capsys=capsys)
    assert code == 2
    assert errors.startswith("fireline: /no\ufffd]0;where \ufffd.yml: expected a readable file")
    assert errors.count("\n") == 1


def test_an_output_that_cannot_be_written_is_exit_code_2(tmp_path, capsys):
    write_starter(tmp_path, "en")
    config = str(tmp_path / "fireline.yml")
    code, _, errors = fireline("dashboards", "export", f"{config}/x", "--config", config, capsys=capsys)
    assert (code, errors.count("\n")) == (2, 1)
    assert "expected a file that can be written: Not a directory" in errors


def test_damaged_incidents_are_one_line_and_exit_code_2(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    write_starter(tmp_path, "en")
    (tmp_path / "incidents.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 8_192)
    config = str(tmp_path / "fireline.yml")
    arguments = ["up", "--config", config, "--data", str(tmp_path), "--listen", "127.0.0.1:0"]
    code, _, errors = fireline(*arguments, capsys=capsys)
    assert (code, errors.count("\n")) == (2, 1)
    assert errors.startswith(f"fireline: {tmp_path}/incidents.db: damaged or no SQLite database")


def test_next_command_can_be_pasted(tmp_path, capsys):
    folder = tmp_path / "My Service's"
    code, output, _ = fireline("init", str(folder), capsys=capsys)
    command = output.splitlines()[-1].removeprefix("next: ")
    expected = ["fireline", "up", "--config", str(folder / "fireline.yml"), "--data", str(folder / "data")]
    assert (code, shlex.split(command)) == (0, expected)


def test_version(capsys):
    assert fireline("--version", capsys=capsys)[:2] == (0, "fireline 0.1.0\n")


def test_help_lists_every_command(capsys):
    _, text, _ = fireline("--help", capsys=capsys)
    assert {"collector", "alerts", "dashboards", "init", "up"} <= set(text.split())


def test_command_does_not_import_what_other_commands_need():
    program = (
        "import sys; from dashboards.cli import fireline; import click; "
        "fireline.get_command(click.Context(fireline), 'collector'); "
        "print([name for name in ('slack_sdk', 'plotly', 'fastapi', 'jinja2') if name in sys.modules])"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert outcome.stdout.strip() == "[]"


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_finds_no_room_is_one_line_and_exit_code_2(unbuffered):
    command = [sys.executable, "-c", "from dashboards.cli import main; main()", "--help"]
    with FULL.open("w") as full:
        ended = subprocess.run(
            command,
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert ended.returncode == 2
    assert ended.stderr == b"fireline: expected room for what is written: No space left on device\n"


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is full")
def test_a_mistake_that_cannot_be_told_keeps_its_exit_code():
    command = [sys.executable, "-c", "from dashboards.cli import main; main()", "upp"]
    with FULL.open("w") as full:
        assert subprocess.run(command, check=False, stderr=full).returncode == 2
