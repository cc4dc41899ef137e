import json
import shutil
from datetime import datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from commerce_app.drill import suite_cli
from commerce_app.drill.cli import drill
from commerce_app.drill.customers import LOAD
from commerce_app.drill.out_folder import filling
from commerce_app.drill.scenario import SCENARIOS, Scenario
from commerce_app.drill.suite import DrillResult, judged_scenario
from commerce_app.faults.registry import FAULTS

DOCS = Path(__file__).parents[3] / "docs" / "drills.md"


def run(*arguments: str):
    return CliRunner().invoke(drill, arguments)


def test_list_names_the_drills_and_their_acts():
    assert "banner-spike: Traffic ×4" in run("list").output
    assert "late, early, unprotected, protected" in run("list").output


def test_list_tells_the_others_beside_a_file_that_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr("commerce_app.drill.scenario.SCENARIOS", tmp_path)
    shutil.copy(SCENARIOS / "redis-gone.yml", tmp_path)
    (tmp_path / "broken.yml").write_text("name: broken")
    result = run("list")
    assert (result.exit_code, "redis-gone: " in result.output) == (2, True)
    assert "fireline: broken.yml: title: Field required" in result.output


def test_faults_are_named_with_their_parameters():
    lines = run("faults").output.splitlines()
    assert len(lines) == len(FAULTS)
    assert "cache_flushed(): every key of the cache is gone (`FLUSHALL`)" in lines
    assert any(line.startswith("latency(target, stream, toxicity, attributes): ") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "no-such"], "fireline: no-such: expected one of banner-spike, duplicate-orders, "),
        (["run", "banner-spike", "--protected", "--act", "late"], "expected either --act or --protected"),
    ],
)
def test_a_mistake_is_one_line_and_starts_nothing(arguments, message, tmp_path):
    found = run(*arguments, "--out", str(tmp_path / "out"))
    assert found.exit_code == 2
    assert message in found.output
    assert not (tmp_path / "out").exists()


def options() -> set[str]:
    return {
        option
        for command in drill.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }


def test_every_option_and_every_key_of_a_scenario_is_documented():
    text = DOCS.read_text()
    told_elsewhere = {"name", "title", "description"}
    keys = set(Scenario.model_fields) - told_elsewhere
    assert {word for word in options() | keys if word not in text} == set()


def test_the_scenario_of_the_documentation_is_one(tmp_path):
    path = tmp_path / "redis-resets.yml"
    path.write_text(DOCS.read_text().split("This is a whole one:\n\n```yaml\n")[1].split("```")[0])
    scenario, _ = judged_scenario(str(path))
    assert (LOAD / scenario.load.script).exists()


def test_each_drill_of_the_suite_says_when_it_ended(tmp_path, monkeypatch):
    ended = DrillResult("redis-slow", "redis-latency", ())
    monkeypatch.setattr(suite_cli, "run_suite", lambda *_: iter([ended]))
    run("all", "redis-slow", "--out", str(tmp_path))
    (kept,) = json.loads((tmp_path / "drills.json").read_text())
    assert datetime.fromisoformat(kept["ended_at"]).tzinfo is not None


@pytest.mark.parametrize("command", [["run", "redis-slow"], ["all", "redis-slow"], ["demo"]])
def test_a_folder_that_another_drill_fills_is_refused_before_a_server_starts(command, tmp_path):
    with filling(tmp_path):
        found = run(*command, "--out", str(tmp_path))
    assert (found.exit_code, "another drill is filling it" in found.output) == (1, True)
    assert "starting" not in found.output
