"""`fireline alerts budget`: how much of each budget is left, and how it went down."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from alerts.budget.options import asked_for, budget_options, warn_of_idle
from alerts.budget.readings import load_wanted, patient_querier, read_budgets
from alerts.budget.report import budget_json, budget_table, burn_down_charts
from alerts.budget.texts import say
from alerts.charts.model import Language
from alerts.charts.svg import render_charts
from alerts.errors import SpecError
from alerts.formats.sloth import PeriodOptions
from alerts.json_text import json_text
from alerts.outputs import refuse_overwriting
from alerts.period_options import period_options
from alerts.terminal import show
from collector.cli_prometheus import PrometheusServer
from collector.clock import SystemClock
from collector.errors import QueryError
from collector.whole_file import write_whole


@click.command("budget")
@budget_options
@period_options
@click.option(
    "--burn-down", is_flag=True, help="Tell in --format json how each budget went down, in a hundred points."
)
@click.option(
    "--chart", type=click.Path(path_type=Path, dir_okay=False), help="Draw that into this SVG file."
)
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True)
def budget_command(  # noqa: PLR0917  click passes them by name
    files: Sequence[Path],
    server: PrometheusServer,
    lang: str,
    names: Sequence[str],
    exclusions: Sequence[Path],
    at: float | None,
    zone: ZoneInfo,
    period: PeriodOptions,
    burn_down: bool,
    chart: Path | None,
    style: str,
) -> None:
    """Say how the budgets of the SLOs in FILES stand."""
    if burn_down and style != "json":
        raise SpecError("--burn-down: expected with --format json (or --chart, for a picture)")
    refuse_overwriting("--chart", chart, [*files, *exclusions])
    language = Language(lang)
    wanted = load_wanted(files, names, exclusions, period)
    warn_of_idle(wanted)
    at = asked_for(at, SystemClock().now())
    try:
        with patient_querier(server) as querier:
            readings = read_budgets(querier, wanted, at, with_burn_down=burn_down or chart is not None)
    except QueryError as error:
        raise SpecError(str(error)) from error
    if style == "json":
        click.echo(json_text(budget_json(readings, at, with_burn_down=burn_down)))
    else:
        show(budget_table(readings, zone, language))
    if chart is not None:
        charts = burn_down_charts(readings, zone, language)
        _write(chart, f"{render_charts(say(language, 'charts'), charts)}\n")


def _write(path: Path, text: str) -> None:
    write_whole(path, text)
    click.echo(f"wrote {path}", err=True)
