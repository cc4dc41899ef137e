"""``--slo-period`` and ``--windows`` of every command that reads SLO files."""

import json

import click
import pytest
from click.testing import CliRunner

from alerts.cli import alerts, replay

SLOTH = """version: prometheus/v1
service: shop
slos:
  - name: web
    objective: 99.9
    sli: {events: {error_query: "sum(rate(bad[{{.window}}]))", total_query: "sum(rate(all[{{.window}}]))"}}
"""
DEMANDED = {
    "compile": ["--out", "rules"],
    "budget": ["--url", "http://127.0.0.1:1"],
    "gate": ["--url", "http://127.0.0.1:1"],
}
COMMANDS = [name for name in alerts.list_commands(None) if name != "freeze"]


def run(*arguments):
    return CliRunner().invoke(alerts, [str(argument) for argument in arguments])


@pytest.fixture
def sloth(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web.yml").write_text(SLOTH)
    return "web.yml"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_a_period_without_windows_in_the_same_words(sloth, name):
    done = run(name, sloth, *DEMANDED.get(name, []), "--slo-period", "7d")
    assert done.exit_code == 2
    assert done.stderr == "fireline: --slo-period: expected 28d or 30d, or --windows with others\n"


def test_replay_and_freeze_take_them_too():
    for command in (replay, alerts.get_command(click.Context(alerts), "freeze")):
        assert {"slo_period", "windows"} <= {option.name for option in command.params}


def test_tiers_are_checked_against_the_period_that_is_said(sloth):
    def shares(*options):
        told = json.loads(run("check", sloth, "--format", "json", *options).stdout)
        return {tier["tier"]: tier["factor"] for tier in told["tiers"]}

    month, four_weeks = shares(), shares("--default-slo-period", "28d")
    assert four_weeks["page-quick"] == pytest.approx(month["page-quick"] * 28 / 30)


def test_windows_beside_a_policy_are_refused(sloth):
    done = run("tune", sloth, "--policy", "sloth", "--windows", sloth)
    assert (done.exit_code, "--windows: expected without --policy" in done.stderr) == (2, True)
