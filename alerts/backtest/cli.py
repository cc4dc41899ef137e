"""`fireline alerts backtest`: when would each alert have fired and reset, and what was that worth?"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from alerts.backtest.files import load_alerts
from alerts.backtest.histories import Wanted, opened, timed
from alerts.backtest.paging import page_matchers, without_a_page
from alerts.backtest.picture import picture
from alerts.backtest.report import Backtest, backtest_json, backtest_markdown, backtest_text
from alerts.backtest.run import run
from alerts.backtest.score import score
from alerts.backtest.unfound import found_in, unfound, unfound_lines
from alerts.charts.svg import render_spans
from alerts.ci.verdict import PAGING
from alerts.formats.sloth import PeriodOptions
from alerts.json_text import json_text
from alerts.outputs import refuse_overwriting, write_output
from alerts.period_options import period_options
from alerts.terminal import show
from collector.cli_prometheus import prometheus_options
from collector.cli_values import Duration, Time

Command = TypeVar("Command", bound=Callable[..., Any])


class Zone(click.ParamType[ZoneInfo]):
    """The name of a time zone."""

    name = "zone"

    def convert(
        self, value: str | ZoneInfo, param: click.Parameter | None, ctx: click.Context | None
    ) -> ZoneInfo:
        try:
            return value if isinstance(value, ZoneInfo) else ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fail(f"expected a zone such as Asia/Seoul, found {value!r}", param, ctx)


_HISTORY = (
    click.option(
        "--from",
        "start",
        type=Time(),
        help="From when on; Unix seconds, RFC 3339, or before now as -2h or now.",
    ),
    click.option("--to", "end", type=Time(), help="Until when."),
    prometheus_options(
        required=False, says="Of a Prometheus HTTP API that has the history: ours or any other."
    ),
    click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        help="Or a folder of ours, with a samples.db.",
    ),
    click.option(
        "--cases",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="Folder of cases: their incidents, and without --prometheus and --data their samples.",
    ),
    click.option(
        "--incidents",
        type=click.Path(path_type=Path, dir_okay=False),
        help="YAML file of incidents that are known: onset, end and title of each.",
    ),
)


experimental_option = click.option(
    "--enable-experimental",
    "experimental",
    is_flag=True,
    help="Rules may use PromQL's experimental functions, as an engine with them enabled does.",
)


evaluation_interval_option = click.option(
    "--evaluation-interval",
    type=Duration(),
    help="Of groups that do not say theirs: without it, as the Prometheus asked or the case says, else 1m.",
)


def history_options(command: Command) -> Command:
    """Which history, and which incidents in it."""
    for option in reversed(_HISTORY):
        command = option(command)
    return command


def files_read(history: Mapping[str, Any]) -> list[Path]:
    """The files that a history is made of, for what must not be written over."""
    return [path for path in (history["incidents"],) if path is not None]


@click.command("backtest")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@history_options
@click.option("--page", multiple=True, metavar="MATCHER", help='What pages, such as severity="critical".')
@click.option("--timezone", "zone", type=Zone(), default="UTC", show_default=True, help="Of times shown.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
)
@click.option(
    "--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Firings listed; 0: all."
)
@experimental_option
@evaluation_interval_option
@click.option(
    "--chart", type=click.Path(path_type=Path, dir_okay=False), help="Write a timeline to this SVG file."
)
@period_options
def backtest_command(  # noqa: PLR0917  click passes them by name
    files: Sequence[Path],
    page: Sequence[str],
    zone: ZoneInfo,
    style: str,
    limit: int,
    experimental: bool,
    evaluation_interval: float | None,
    chart: Path | None,
    period: PeriodOptions,
    **history: Any,  # noqa: ANN401  whatever the options are
) -> None:
    """Say when each alert of FILES (rules of anybody, or SLOs) would have fired and reset in a history."""
    refuse_overwriting("--chart", chart, [*files, *files_read(history)])
    alerts = load_alerts(files, period=period, experimental=experimental)
    paging = page_matchers(page) or PAGING
    wanted = Wanted(**history)
    groups, notes = timed(alerts.groups, wanted, evaluation_interval)
    with opened(wanted, groups) as stretches:
        ran = tuple(run(groups, stretch, paging) for stretch in stretches)
        is_paged = any(one.is_page for each in ran for one in (*each.firings, *each.lasting))
        notes += [] if is_paged else [without_a_page(groups, paging)]
        notes += unfound_lines(unfound(groups, found_in(stretches)))
        names, scored = tuple(file.name for file in files), score(ran, alerts.slos)
        backtest = Backtest(names, ran, scored, zone, tuple(filter(None, notes)))
    if style == "json":
        click.echo(json_text(backtest_json(backtest)))
    elif style == "markdown":
        click.echo(backtest_markdown(backtest, limit), nl=False)
    else:
        show(backtest_text(backtest, limit))
    if chart is not None:
        write_output("--chart", chart, f"{render_spans(picture(backtest))}\n")
