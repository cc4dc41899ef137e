"""``fireline drill …``: list, run, demo."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from commerce_app.drill.act import ActRecord
from commerce_app.drill.closing import show_closing
from commerce_app.drill.demo import Drill
from commerce_app.drill.display import ConsoleDisplay, console_for
from commerce_app.drill.ending import FAILURE, USER_MISTAKE, fail, guarded
from commerce_app.drill.errors import ScenarioError
from commerce_app.drill.machine_lock import alone_on_this_machine
from commerce_app.drill.plant import Plant
from commerce_app.drill.policy import policy_lines, read_policy
from commerce_app.drill.scenario import PROTECTED, load_scenario, scenario_names
from commerce_app.drill.suite_cli import all_command
from commerce_app.faults.registry import FAULTS
from commerce_app.gameday.cli import schedule_command

DEMO_SCENARIO = "banner-spike"


@click.group()
def drill() -> None:
    """Incidents lived through on real servers, in real seconds."""


drill.add_command(all_command)
drill.add_command(schedule_command)


@drill.command("list")
def list_command() -> None:
    """Name the drills; exit 2 where one of them cannot be read."""
    wrong = []
    for name in scenario_names():
        try:
            scenario = load_scenario(name)
            click.echo(f"{name}: {scenario.description.en} Acts: {', '.join(scenario.acts)}.")
        except ScenarioError as error:
            wrong.append(str(error))
    if wrong:
        fail("; ".join(wrong), USER_MISTAKE)


@drill.command("faults")
def faults_command() -> None:
    """Name the faults that a scenario can begin, and their parameters."""
    for name, fault in FAULTS.items():
        parameters = ", ".join(key for key in fault.model_fields if key != "type")
        click.echo(f"{name}({parameters}): {fault.effect}")


@drill.command("run")
@click.argument("name")
@click.option("--act", help="One act only, by its name; `fireline drill list` tells them.")
@click.option("--protected", is_flag=True, help="Every protection on from the start.")
@click.option("--hold", is_flag=True, help="After the act keep everything running until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@click.option(
    "--out", default="var/drill", show_default=True, type=click.Path(path_type=Path), help="Folder to fill."
)
def run_command(*, name: str, act: str | None, protected: bool, hold: bool, as_json: bool, out: Path) -> None:
    """Live through NAME: both acts, or one, or the protected run."""
    if protected and act:
        fail(f"--act {act}: expected either --act or --protected", USER_MISTAKE)
    acts = _chosen_acts(name, PROTECTED if protected else act)
    console = console_for(stderr=as_json)

    def live() -> None:
        with alone_on_this_machine(), _drill(name, out, console) as running:
            policy = _show_policy(console)
            for each in acts:
                last = hold and each == acts[-1]
                running.run(each, _finish_and_hold(running, policy, console) if last else None)
                comparison = running.finish(policy)
        if as_json:
            click.echo(json.dumps(comparison, ensure_ascii=False, indent=2))
        else:
            show_closing(console, comparison)
        _fail_where_unhealed(comparison)

    guarded(live)


@drill.command("demo")
@click.option(
    "--out", default="var/demo", show_default=True, type=click.Path(path_type=Path), help="Folder to fill."
)
@click.option(
    "--lang",
    "language",
    type=click.Choice(["ko", "en"]),
    default="ko",
    show_default=True,
    help="Of messages.",
)
def demo_command(out: Path, language: str) -> None:
    """The seed incident late, early and protected; reports, replay, dashboards, and what it all shows."""
    console = console_for()
    began_at = time.monotonic()

    def live() -> None:
        with alone_on_this_machine(), _drill(DEMO_SCENARIO, out, console, language) as running:
            policy = _show_policy(console)
            running.replay()
            running.run("late", _reports(running))
            running.run("early")
            running.run("protected")
            comparison = running.finish(policy)
        show_closing(console, comparison)
        _fail_where_unhealed(comparison)
        minutes, seconds = divmod(time.monotonic() - began_at, 60)
        console.print(f"Everything is in {out} ({minutes:.0f} min {seconds:.0f} s).")

    guarded(live)


def _chosen_acts(name: str, act: str | None) -> tuple[str, ...]:
    """The act asked for; else those whose runbook waits for something, and where there is none, all."""
    try:
        scenario = load_scenario(name)
    except ScenarioError as error:
        fail(str(error), USER_MISTAKE)
    if act is None:
        waiting = [one for one, how in scenario.acts.items() if how.trigger != "none"]
        return tuple(waiting or scenario.acts)
    if act not in scenario.acts:
        fail(f"--act {act}: expected one of {', '.join(scenario.acts)}", USER_MISTAKE)
    return (act,)


def _drill(name: str, out: Path, console: Console, language: str = "ko") -> Drill:
    return Drill(load_scenario(name), out, language, ConsoleDisplay(console, time.time))


def _show_policy(console: Console) -> Mapping[str, Any]:
    policy = read_policy()
    console.print("Alert policy: the shipped default, unchanged")
    for line in policy_lines(policy):
        console.print(f"  {line}")
    return policy


def _reports(running: Drill) -> Callable[[Plant, ActRecord], None]:
    def write(plant: Plant, record: ActRecord) -> None:
        running.export_dashboards(plant)
        running.write_reports(plant, record)

    return write


def _fail_where_unhealed(comparison: Mapping[str, Any]) -> None:
    if unhealed := [problem for act in comparison["acts"].values() for problem in act["unhealed"]]:
        fail("; ".join(unhealed), FAILURE)


def _finish_and_hold(
    running: Drill, policy: Mapping[str, Any], console: Console
) -> Callable[[Plant, ActRecord], None]:
    def hold(plant: Plant, _: ActRecord) -> None:
        running.finish(policy)
        console.print(f"Everything stays up: the control room is at {plant.address}. Ctrl-C stops it.")
        while True:
            plant.require_running()
            time.sleep(0.5)

    return hold
