"""`fireline adopt`: the first command of a team that has a Prometheus."""

import time
from pathlib import Path

import click

from alerts.adopt.adoption import adopt
from alerts.adopt.catalogue import load_catalogue
from alerts.adopt.source import PrometheusSource
from alerts.adopt.summary import summary
from alerts.adopt.write import texts, write
from alerts.errors import SpecError
from collector.cli_prometheus import PrometheusServer, prometheus_options
from collector.cli_values import Duration
from collector.errors import QueryError
from collector.plain_text import plain

_OVER_SECONDS = 7 * 86_400.0
_DEADLINE_SECONDS = 15.0


@click.command("adopt")
@prometheus_options(required=True, says="Of a Prometheus HTTP API.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default="here",
    help="Folder to write to.",
)
@click.option(
    "--over",
    type=Duration(),
    default=_OVER_SECONDS,
    show_default="7d",
    help="How far back objectives are looked for, and what alerts did.",
)
@click.option("--force", is_flag=True, help="Replace files that are there already, but never fireline.yml.")
def adopt_command(server: PrometheusServer, out: Path, over: float, force: bool) -> None:
    """Propose SLOs and a signal map from a Prometheus that is there, and check its alert rules."""
    querier = server.querier(deadline_seconds=_DEADLINE_SECONDS, on_retry=_to_stderr)
    shown, at = server.shown, time.time()
    try:
        adoption = adopt(PrometheusSource(querier), load_catalogue(), at, over)
    except QueryError as error:
        raise SpecError(f"--prometheus: {error}") from error
    finally:
        querier.close()
    if not adoption.found.names:
        raise SpecError(f"--prometheus: {shown}: expected metrics of the last hour, found none")
    for path in write(out, texts(adoption, shown, at, over), force=force):
        click.echo(f"wrote {path}")
    for line in summary(adoption, out):
        click.echo(plain(line).replace("\n", " "))


def _to_stderr(reason: str) -> None:
    click.echo(f"fireline: {plain(reason)}", err=True)
