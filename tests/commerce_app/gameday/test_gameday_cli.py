from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from commerce_app.drill.cli import drill
from commerce_app.gameday.environment import VARIABLE
from commerce_app.gameday.schedule import _File, _When
from tests.commerce_app.gameday.test_schedule import CONTENT

DOCS = Path(__file__).parents[3] / "docs" / "drills.md"


@pytest.fixture
def run(tmp_path):
    def run(*options, environment="staging", declared="qa staging"):
        path = tmp_path / "schedule.yml"
        path.write_text(yaml.safe_dump({**CONTENT, "environment": environment}))
        return CliRunner().invoke(drill, ["schedule", str(path), *options], env={VARIABLE: declared})

    return run


def test_a_dry_run_prints_five_times_and_leaves_nothing(run, tmp_path):
    found = run("--dry-run")
    first, *times = found.output.splitlines()
    assert (found.exit_code, first, len(times)) == (0, "on staging: banner-spike", 5)
    assert all(each.endswith("T02:00:00+09:00") for each in times)
    assert [path.name for path in tmp_path.iterdir()] == ["schedule.yml"]


@pytest.mark.parametrize("options", [["--once"], ["--dry-run"], []])
@pytest.mark.parametrize(
    ("environment", "declared", "message"),
    [
        ("production", "production", "schedule.yml: environment: expected a stack that is not production"),
        ("staging", "", "expected staging to be declared non-production on this machine"),
        ("lab", "qa staging", "expected one declared non-production (qa, staging), got lab"),
    ],
)
def test_what_was_not_declared_is_refused(run, options, environment, declared, message):
    found = run(*options, environment=environment, declared=declared)
    assert (found.exit_code, found.output.count("\n")) == (2, 1)
    assert message in found.output


def test_what_is_refused_starts_nothing(run, tmp_path):
    assert run("--once", environment="production").exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["schedule.yml"]


def test_an_option_declares_too(run):
    assert run("--dry-run", "--non-production", "staging", declared="").exit_code == 0


def test_once_and_dry_run_exclude_each_other(run):
    found = run("--once", "--dry-run")
    assert (found.exit_code, "expected either --once or --dry-run" in found.output) == (2, True)


def test_every_key_of_a_schedule_is_documented():
    section = DOCS.read_text().split("## Game days")[1].split("\n## ")[0]
    keys = {*_File.model_fields, *_When.model_fields}
    assert {key for key in keys if f"`{key}`" not in section} == set()
