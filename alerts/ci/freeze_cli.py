"""`fireline alerts freeze`: makes a case of history, for `ci` to replay."""

from collections.abc import Sequence
from pathlib import Path

import click

from alerts.backtest.cli import experimental_option
from alerts.backtest.files import load_alerts
from alerts.case_bounds import checked_name
from alerts.ci.freezing import Wanted, freeze_from
from alerts.ci.verdict import Expected
from alerts.errors import SpecError
from alerts.formats.sloth import PeriodOptions
from alerts.period_options import period_options
from collector.cli_prometheus import PrometheusServer, prometheus_options
from collector.cli_values import Duration, Time

_TIMES = "Unix seconds, RFC 3339, or before now as -2h or now."


@click.command("freeze")
@click.argument("name")
@click.argument("rules", nargs=-1, required=True, type=click.Path(path_type=Path))
@prometheus_options(required=True, says="Of a Prometheus HTTP API that has the history: ours or any other.")
@click.option("--from", "start", required=True, type=Time(), help=f"From when on pages count; {_TIMES}")
@click.option("--to", "end", required=True, type=Time(), help="Until when pages count.")
@click.option("--onset", type=Time(), help="When the incident truly began; a quiet day has none.")
@click.option("--page-within", type=Duration(), default=120.0, show_default="2m", help="Of the onset.")
@click.option(
    "--history",
    type=Duration(),
    show_default="as far as the rules look back",
    help="Samples from before --from.",
)
@click.option("--title", default="", help="What happened, in a line.")
@experimental_option
@click.option("--force", is_flag=True, help="Replace the case of that name.")
@click.option(
    "--cases",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of all cases.",
)
@period_options
def freeze_command(  # noqa: PLR0917  click passes them by name
    name: str,
    rules: Sequence[Path],
    server: PrometheusServer,
    start: float,
    end: float,
    onset: float | None,
    page_within: float,
    history: float | None,
    title: str,
    experimental: bool,
    force: bool,
    cases: Path,
    period: PeriodOptions,
) -> None:
    """Make a case called NAME of a stretch of history: of what alerts of RULES (rule or SLO files) read."""
    checked_name(name)
    if not start < end or (onset is not None and not start <= onset < end):
        raise SpecError("--to: expected after --from, and --onset between them")
    expected = Expected(start, end, start if onset is None else onset, None if onset is None else page_within)
    given = load_alerts(rules, period=period, experimental=experimental)
    wanted = Wanted(name, title, expected, history)
    made = freeze_from(server, cases, wanted, given.groups, replaces=force)
    click.echo(made.says)
    for line in made.notes:
        click.echo(f"fireline: {line}", err=True)
