import pytest
from rich.table import Table
from rich.text import Text

from alerts.terminal import show


@pytest.mark.parametrize("text", ['{code=~"[/5].."}', "[bold]a[/bold]", ":smile:", "[link=http://x]y"])
def test_brackets_and_colons_are_shown_as_they_are(capsys, text):
    table = Table(title=text)
    table.add_column(text)
    table.add_row(text)
    show(table, text)
    assert capsys.readouterr().out.count(text) == 4


def test_a_terminal_obeys_nothing_of_it(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    table = Table("name")
    table.add_row("a\x1b]0;owned\x07b\x9b2Jc\u202ed")
    show(table, Text("one\ntwo\x1b[2J", style="red"))
    shown = capsys.readouterr().out
    assert "a\ufffd]0;ownedb\ufffd2Jc\ufffdd" in shown  # rich drops the bell
    assert "\x1b[31mone\x1b[0m\n\x1b[31mtwo\ufffd[2J\x1b[0m" in shown


def test_a_long_line_is_not_broken_where_it_must_not_be(capsys):
    show("word " * 100, soft_wrap=True)
    assert capsys.readouterr().out.count("\n") == 1


@pytest.fixture
def wide():
    table = Table(box=None)
    for n in range(8):
        table.add_column(f"column-{n}", no_wrap=True)
    table.add_row(*[f"{n}-{'x' * 40}" for n in range(8)])
    return table


def test_what_is_no_terminal_gets_whole_lines(wide, capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    show(wide)
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "xx" in line)
    assert [cell.count("x") for cell in line.split()] == [40] * 8


def test_a_width_that_is_given_is_kept(wide, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    show(wide)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 60
