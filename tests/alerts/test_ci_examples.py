"""The examples for CI are YAML of that CI's shape, and every command in them exists with its options."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from alerts.budget.gate import Outcome
from dashboards.cli import fireline

FOLDER = Path("alerts/examples/ci").resolve()
GITHUB, GITLAB = FOLDER / "github-actions.yml", FOLDER / "gitlab-ci.yml"
COMMANDS = ["check", "compile", "test-rules", "ci", "gate"]


def github_scripts():
    jobs = yaml.safe_load(GITHUB.read_text())["jobs"]
    return [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]


def gitlab_scripts():
    jobs = yaml.safe_load(GITLAB.read_text())
    return [line for job in jobs.values() if isinstance(job, dict) for line in job.get("script", [])]


def commands(scripts):
    """The words of each of our commands, until the shell goes on."""
    lines = [line for script in scripts for line in script.splitlines()]
    return [shlex.split(line.split("||")[0]) for line in lines if line.startswith("fireline ")]


def parse(command, words):
    while isinstance(command, click.Group):
        name, *words = words
        command = command.get_command(click.Context(command), name)
        assert command is not None, f"no command {name}"
    return command.make_context(command.name, list(words))


def expanded(folder, word):
    """A pattern as the shell expands it where it has one file."""
    if "*" not in word:
        return word
    path = folder / word.replace("*", "shop")
    path.parent.mkdir(exist_ok=True)
    path.touch()
    return str(path)


@pytest.mark.parametrize("scripts", [github_scripts, gitlab_scripts])
def test_commands_are_understood(scripts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cases").mkdir()
    found = commands(scripts())
    assert [words[2] for words in found] == COMMANDS
    for words in found:
        parse(fireline, [expanded(tmp_path, word) for word in words[1:]])


def test_a_deploy_waits_for_the_gate_which_lets_only_low_budgets_pass():
    low = Outcome.LOW.exit_code
    gitlab = yaml.safe_load(GITLAB.read_text())
    assert gitlab["budgets"]["allow_failure"] == {"exit_codes": [low]}
    assert gitlab["deploy"]["needs"] == ["budgets"]
    steps = yaml.safe_load(GITHUB.read_text())["jobs"]["deploy"]["steps"]
    gate, deploy = steps[-2]["run"], steps[-1]["run"]
    assert re.findall(r'"\$code" -eq (\d)', gate) == [str(low)]
    assert "deploy" in deploy


@pytest.mark.parametrize("path", [GITHUB, GITLAB], ids=lambda path: path.name)
def test_documentation_names_the_example_and_it_names_no_host(path):
    assert f"alerts/examples/ci/{path.name}" in Path("docs/slos.md").read_text()
    assert "://" not in path.read_text()
