"""``fireline drill all``: the suite that `make drills` runs."""

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from commerce_app.drill.demo import Drill
from commerce_app.drill.display import ConsoleDisplay, console_for
from commerce_app.drill.ending import FAILURE, guarded
from commerce_app.drill.machine_lock import alone_on_this_machine
from commerce_app.drill.out_folder import filling
from commerce_app.drill.recording import Recorder
from commerce_app.drill.scenario import Act, Scenario, scenario_names
from commerce_app.drill.suite import ACTS, DrillResult, Json, judged_scenario, run_suite
from commerce_app.drill.suite_table import show_suite
from commerce_app.drill.written import write_json

# The kind of customers who do so.
KEYS_ON_DEMAND = "retry"


@click.command("all")
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option(
    "--out", default="var/drills", show_default=True, type=click.Path(path_type=Path), help="Folder to fill."
)
@click.pass_context
def all_command(ctx: click.Context, names: Sequence[str], as_json: bool, out: Path) -> None:
    """Run every drill, or NAMES, unprotected and protected; exit 1 unless all go as their scenarios say."""
    console = console_for(stderr=as_json)
    results: list[DrillResult] = []
    ended: list[Json] = []

    def live() -> None:
        chosen = [judged_scenario(name) for name in names or scenario_names()]
        with alone_on_this_machine(), filling(out):
            for result in run_suite(chosen, entering(out, console), Recorder(out / "cases")):
                results.append(result)
                ended.append(result.json(datetime.now(UTC)))
                write_json(out / "drills.json", ended)
        show_suite(console, results)

    guarded(live)
    if as_json:
        click.echo(json.dumps(ended, ensure_ascii=False, indent=2))
    if not all(result.passed for result in results):
        ctx.exit(FAILURE)


def entering(out: Path, console: Console) -> Callable[[Scenario], Drill]:
    """Enters a drill in its own folder of ``out``, having said what it sets."""
    display = ConsoleDisplay(console, time.time)

    def enter(scenario: Scenario) -> Drill:
        console.rule(scenario.title.en, align="left", characters="═")
        for line in declared(scenario):
            console.print(line)
        return Drill(scenario, out / scenario.name, "ko", display)

    return enter


def declared(scenario: Scenario) -> list[str]:
    """What a scenario sets of the shop and around it, in both acts alike, and in what they differ."""
    return [
        *_replica(scenario.shop.replica_cores),
        *(f"  set in both acts: {key}={value}" for key, value in scenario.shop.environment.items()),
        *(f"  in the background of both acts: {each.spell()}" for each in scenario.background),
        f"  with a fault proxy in both acts: {', '.join(scenario.proxied) or 'no server'}",
        *(f"  {name}: {_differs(scenario.acts[name])}" for name in ACTS),
        *(
            ["  customers send keys only where they are demanded"]
            if KEYS_ON_DEMAND in scenario.load.mix
            else []
        ),
    ]


def _differs(act: Act) -> str:
    on = f"on from the start: {', '.join(act.switches) or 'no switch'}"
    return f"{on}; popular pages pre-warmed" if act.prewarm else on


def _replica(cores: float | None) -> list[str]:
    return [] if cores is None else [f"  replica in both acts: {cores:g} of a core of the reference speed"]
