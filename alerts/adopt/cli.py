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
from collector.cli_values import Duration
from collector.config_remote import header_mistake
from collector.errors import QueryError
from collector.redaction import without_userinfo
from collector.remote import RemoteQuerier

_OVER_SECONDS = 7 * 86_400.0
_DEADLINE_SECONDS = 15.0


@click.command("adopt")
@click.option("--prometheus", "url", required=True, metavar="URL", help="Of a Prometheus HTTP API.")
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
@click.option(
    "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Sent with each request; repeatable."
)
@click.option("--force", is_flag=True, help="Replace files that are there already, but never fireline.yml.")
def adopt_command(url: str, out: Path, over: float, headers: tuple[str, ...], force: bool) -> None:
    """Propose SLOs and a signal map from a Prometheus that is there, and check its alert rules."""
    querier = RemoteQuerier(url, headers=dict(map(_header, headers)), deadline_seconds=_DEADLINE_SECONDS)
    shown, at = without_userinfo(url), time.time()
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
        click.echo(line)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise SpecError("--header: expected NAME: VALUE")
    name, value = name.strip(), value.strip()
    if expected := header_mistake(name, value):  # neither is told: a secret may stand in both
        raise SpecError(f"--header: {expected}")
    return name, value
