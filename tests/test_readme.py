"""Every command that the READMEs show exists, with the options they show, in both languages."""

import re
import shlex
from pathlib import Path

import click
import pytest

from dashboards.cli import fireline
from postmortem.cli import main as postmortem

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.ko.md")
PROGRAMS = {".venv/bin/fireline": fireline, ".venv/bin/postmortem": postmortem}


def commands(readme):
    """The words of each command in the file's shell blocks, without comments."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text(), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    parts = [part for line in lines for part in line.split("#")[0].split("&&")]
    return [words for part in parts if (words := shlex.split(part))]


def shown(program):
    return [pytest.param(readme, words, id=" ".join(words[:3])) for readme in READMES
            for words in commands(readme) if words[0] == program]  # fmt: skip


def parse(command, words):
    """Follow subcommands, then parse options and arguments without running anything."""
    while isinstance(command, click.Group):
        name, *words = words
        found = command.get_command(click.Context(command), name)
        assert found is not None, f"no command {name}"
        command = found
    return command.make_context(command.name, list(words))


@pytest.mark.parametrize(("readme", "words"), [case for program in PROGRAMS for case in shown(program)])
def test_shown_command_is_understood(readme, words):
    parse(PROGRAMS[words[0]], words[1:])


@pytest.mark.parametrize(("readme", "words"), shown("make"))
def test_shown_make_target_exists(readme, words):
    assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_both_languages_show_the_same_commands():
    def plain(readme):
        return [[word for word in words if word not in {"en", "ko"}] for words in commands(readme)]

    assert plain("README.md") == plain("README.ko.md")


@pytest.mark.parametrize("readme", READMES)
def test_linked_files_exist(readme):
    links = re.findall(r"\]\((?!http)([^)#]+)\)", (ROOT / readme).read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []
