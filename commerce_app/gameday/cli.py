"""``fireline drill schedule``: drills as regular game days."""

import time
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from commerce_app.drill.display import console_for
from commerce_app.drill.ending import FAILURE, USER_MISTAKE, fail, guarded
from commerce_app.drill.expectations import Expectations
from commerce_app.drill.recording import Recorder
from commerce_app.drill.scenario import Scenario
from commerce_app.drill.suite import DrillResult, run_suite
from commerce_app.drill.suite_cli import entering
from commerce_app.gameday.environment import VARIABLE, require_non_production
from commerce_app.gameday.folder import Reports
from commerce_app.gameday.game_day import Live
from commerce_app.gameday.record import GameDay
from commerce_app.gameday.schedule import Schedule, load_schedule
from commerce_app.gameday.scheduler import Scheduler

NEXT_TIMES = 5


@click.command("schedule")
@click.argument("schedule_file", metavar="SCHEDULE.yml", type=click.Path(path_type=Path))
@click.option(
    "--non-production", "declared", multiple=True, envvar=VARIABLE, metavar="NAME", show_envvar=True,
    help="A stack on which drills may run.",
)  # fmt: skip
@click.option("--once", is_flag=True, help="Hold the next game day now, and end; exit 1 unless all passed.")
@click.option("--dry-run", is_flag=True, help="Print the next five times, and start nothing.")
@click.pass_context
def schedule_command(
    ctx: click.Context, schedule_file: Path, *, declared: Sequence[str], once: bool, dry_run: bool
) -> None:
    """Hold game days as SCHEDULE.yml says, each with a report, until a signal."""
    if once and dry_run:
        fail("--dry-run: expected either --once or --dry-run", USER_MISTAKE)
    console = console_for()
    held: list[GameDay] = []

    def live() -> None:
        schedule = load_schedule(schedule_file)
        require_non_production(f"{schedule.place}: environment", schedule.environment, declared)
        if dry_run:
            _show_times(schedule, time.time())
            return
        reports = Reports(schedule.reports, schedule.when.zone, time.time)
        scheduler = Scheduler(
            schedule,
            reports,
            _living(reports.work, console),
            now=time.time,
            pause=time.sleep,
            tell=lambda text: console.print(text, markup=False, soft_wrap=True),
        )
        if once:
            held.append(scheduler.once())
        else:
            scheduler.keep()

    guarded(live)
    if not all(day.passed for day in held):
        ctx.exit(FAILURE)


def _show_times(schedule: Schedule, at: float) -> None:
    click.echo(f"on {schedule.environment}: {', '.join(schedule.drill_names)}")
    times = list(schedule.when.upcoming(at, NEXT_TIMES))
    for each in times:
        click.echo(schedule.when.spell(each))
    if len(times) < NEXT_TIMES:
        click.echo("no more game days")


def _living(work: Path, console: Console) -> Live:
    def live(scenario: Scenario, expects: Expectations) -> DrillResult:
        enter, recorder = entering(work, console), Recorder(work / "cases")
        (result,) = run_suite([(scenario, expects)], enter, recorder)
        return result

    return live
