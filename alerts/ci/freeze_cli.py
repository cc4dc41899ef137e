"""`fireline alerts freeze`: makes a case of history, for `ci` to replay."""

import math
from collections.abc import Sequence
from pathlib import Path

import click

from alerts.backtest.cli import experimental_option
from alerts.backtest.files import load_alerts
from alerts.backtest.histories import asked_seconds, told
from alerts.backtest.intervals import DEFAULT_SECONDS, with_interval
from alerts.backtest.reach import Reach, reach
from alerts.backtest.unfound import unfound, unfound_lines
from alerts.case_bounds import LONGEST_SECONDS, checked_name
from alerts.ci.freeze import Description, Frozen, freeze, selectors_read
from alerts.ci.sight import TOLERATED_SECONDS
from alerts.ci.thinning import FINE_SECONDS, step_seconds
from alerts.ci.verdict import Expected
from alerts.errors import SpecError
from alerts.formats.sloth import PeriodOptions
from alerts.period_options import period_options
from collector.cli_prometheus import PrometheusServer, prometheus_options
from collector.cli_values import Duration, Time
from collector.durations import format_duration
from collector.errors import QueryError
from collector.redaction import without_secrets
from collector.rules.files import RuleGroup

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
    interval = asked_seconds(server)
    groups = with_interval(given.groups, interval or DEFAULT_SECONDS)
    before = reach(groups)
    seconds = history_seconds(before, expected) if history is None else history
    description = Description(
        name,
        title or name,
        f"recorded from {server.shown}",
        expected,
        seconds,
        step_seconds(before),
        evaluation_seconds=interval,
    )
    frozen = _frozen(cases, description, server, groups, replaces=force)
    click.echo(f"wrote {cases / name}: {frozen.samples:,} samples; {thinning_text(description)}")
    lines = unfound_lines(unfound(groups, frozen.holds))
    for line in filter(None, (*lines, shortage(before, description, frozen.first))):
        click.echo(f"fireline: {line}", err=True)


def _frozen(
    cases: Path,
    description: Description,
    server: PrometheusServer,
    groups: Sequence[RuleGroup],
    *,
    replaces: bool,
) -> Frozen:
    try:
        source = server.querier(on_retry=told)
        try:
            return freeze(cases, description, source, selectors_read(groups), replaces=replaces)
        finally:
            source.close()
    except QueryError as error:
        raise SpecError(without_secrets(str(error))) from error


def shortage(before: Reach, description: Description, first: float) -> str:
    """What is missing before the case's begin: for want of --history, or of older samples; empty if nothing.

    first: when the oldest sample is of, Unix seconds.
    """
    needed, had = before.samples_seconds, description.history_seconds
    look_back = f"the rules look back {format_duration(math.ceil(needed))} before --from"
    if had < needed:
        return (
            f"{look_back}, the case {format_duration(had)}: their longest windows are not full at its begin"
        )
    found = max(0.0, description.expected.start - first)
    if found < had - TOLERATED_SECONDS:
        return (
            f"{look_back}, the Prometheus has samples of {format_duration(round(found))} before it only: the "
            "longest windows are not full at the case's begin, and a longer --history would not fill them"
        )
    return ""


def history_seconds(before: Reach, expected: Expected) -> float:
    """How far the rules look back, in whole minutes, as far as a case can."""
    wanted = 60.0 * math.ceil(before.samples_seconds / 60)
    return max(0.0, min(wanted, LONGEST_SECONDS - (expected.end - expected.start)))


def thinning_text(description: Description) -> str:
    """What became of old samples."""
    if description.history_seconds <= FINE_SECONDS:
        return "all of them as they were scraped"
    step = format_duration(math.floor(description.step_seconds * 1000) / 1000)
    return (
        f"those older than {format_duration(FINE_SECONDS)} before --from thinned to one in {step}, "
        "at most a third of the shortest window that the rules read there"
    )
