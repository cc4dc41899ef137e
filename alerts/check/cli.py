"""`fireline alerts check`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from alerts.check.analysis import Checked, Known, check
from alerts.check.guardrails import guardrail_series_findings
from alerts.check.observe import has_created_times, observe, retention_seconds, series_findings
from alerts.check.rates import Traffic, parse_rate
from alerts.check.recorded import recorded_names
from alerts.check.report import check_table
from alerts.check.tiers import SCRAPE_INTERVAL_SECONDS, Pace
from alerts.compile import policies_of
from alerts.errors import SpecError
from alerts.formats.sloth import PeriodOptions
from alerts.json_text import json_text
from alerts.outputs import refuse_overwriting
from alerts.period_options import period_options
from alerts.slo import Slo
from alerts.spec_files import SpecFiles, load_spec_files
from alerts.terminal import show
from collector.cli_prometheus import PrometheusServer, prometheus_options
from collector.cli_values import Duration
from collector.clock import SystemClock
from collector.errors import QueryError
from collector.whole_file import write_all

_DEADLINE_SECONDS = 5.0  # of trying to reach a server that somebody waits for


class _SloRate(click.ParamType[tuple[str, float]]):
    """``0.2/s`` of all SLOs (their name is empty), or ``NAME=0.2/s`` of one."""

    name = "[slo=]rate"

    def convert(
        self, value: str | tuple[str, float], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        if isinstance(value, tuple):
            return value
        name, _, rate = value.rpartition("=")
        try:
            return name, parse_rate(rate)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--scrape-interval",
    type=Duration(),
    default=SCRAPE_INTERVAL_SECONDS,
    show_default="15s",
    help="How often the SLOs' targets are scraped.",
)
@click.option(
    "--interval", type=Duration(), default=15.0, show_default="15s", help="Evaluation interval of pages."
)
@click.option(
    "--traffic",
    type=_SloRate(),
    multiple=True,
    help="Events of each SLO, such as 0.2/s, 500/m or 1000/h; of one with NAME=0.2/s. May be repeated.",
)
@prometheus_options(required=False, says="Ask this Prometheus what there was, and what is there now.")
@click.option(
    "--over", type=Duration(), default=30 * 86_400.0, show_default="30d", help="How much of its history."
)
@click.option(
    "--retention", type=Duration(), help="How long samples are kept; without it, what --prometheus says."
)
@click.option(
    "--propose",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write NAME.policy.yml into this folder for each SLO with tiers that cannot fire.",
)
@period_options
@click.pass_context
def check_command(  # noqa: PLR0917  click passes them by name
    ctx: click.Context,
    files: Sequence[Path],
    style: str,
    scrape_interval: float,
    interval: float,
    traffic: Sequence[tuple[str, float]],
    server: PrometheusServer | None,
    over: float,
    retention: float | None,
    propose: Path | None,
    period: PeriodOptions,
) -> None:
    """Say what each tier of each SLO and each guardrail can and cannot do; exit 1 on an error."""
    specs = load_spec_files(*files, period=period)
    slos = specs.slos
    known = _known(specs, server, over, retention)
    pace = Pace(scrape_interval, interval)
    known = replace(known, pace=pace, traffic=_traffic(slos, traffic))
    checked = check(slos, policies_of(slos), known, specs.guardrails)
    if style == "json":
        click.echo(json_text(checked.to_json()))
    else:
        show(check_table(checked))
    if propose is not None:
        _write(propose, checked, files)
    if checked.has_errors:
        ctx.exit(1)


def _traffic(slos: Sequence[Slo], given: Sequence[tuple[str, float]]) -> Traffic:
    rates = dict(given)
    names = [slo.name for slo in slos]
    if unknown := [name for name in rates if name and name not in names]:
        raise SpecError(f"--traffic: expected one of {', '.join(names)}, found {unknown[0]!r}")
    return Traffic(rates.pop("", None), rates)


def _known(specs: SpecFiles, server: PrometheusServer | None, over: float, retention: float | None) -> Known:
    if server is None:
        return Known(retention_seconds=retention)
    at = SystemClock().now()
    try:
        querier = server.querier(deadline_seconds=_DEADLINE_SECONDS)
        observed = {(slo.service, slo.name): observe(querier, slo, at, over) for slo in specs.slos}
        names = recorded_names(specs.slos, policies_of(specs.slos))
        series = [one for slo in specs.slos for one in series_findings(querier, slo, at, names)]
        series += [o for g in specs.guardrails for o in guardrail_series_findings(querier, g, at, names)]
        created = frozenset((s.service, s.name) for s in specs.slos if has_created_times(querier, s, at))
        kept = retention or retention_seconds(querier)
    except QueryError as error:
        raise SpecError(str(error)) from error
    return Known(observed=observed, series=series, created=created, retention_seconds=kept)


def _write(folder: Path, checked: Checked, inputs: Sequence[Path]) -> None:
    texts = {folder / f"{name}.policy.yml": text for name, text in checked.proposed.items()}
    if not texts:
        click.echo("--propose: nothing to propose: half an outage fires each tier as it is", err=True)
    for path in texts:
        refuse_overwriting("--propose", path, inputs)
    write_all(texts)
    for path in texts:
        click.echo(f"wrote {path}", err=True)
