"""What commands that ask for budgets take."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from alerts.backtest.cli import Zone
from alerts.budget.readings import Wanted
from alerts.errors import SpecError
from collector.cli_prometheus import prometheus_options
from collector.cli_values import Time

_CLOCKS_DIFFER_SECONDS = 60.0
Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path)),
    prometheus_options(required=True, says="Of a Prometheus HTTP API that has the events."),
    click.option("--slo", "names", multiple=True, metavar="NAME", help="Of this SLO only. May be repeated."),
    click.option(
        "--exclusions",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help="File of times that budgets leave out. May be repeated.",
    ),
    click.option("--at", type=Time(), help="Instead of now; Unix seconds, RFC 3339, or as -2h."),
    click.option(
        "--lang",
        type=click.Choice(["en", "ko"]),
        default="en",
        show_default=True,
        help="Of what is told; JSON keeps its keys.",
    ),
    click.option("--timezone", "zone", type=Zone(), default="UTC", show_default=True, help="Of times shown."),
)


def budget_options(command: Command) -> Command:
    """Which SLOs, where their events are, what is left out, and when."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def asked_for(at: float | None, now: float) -> float:
    """When budgets are looked at: now, or earlier.

    Raises:
        SpecError: for a time that has not come.
    """
    if at is not None and at > now + _CLOCKS_DIFFER_SECONDS:
        when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%MZ")
        raise SpecError(f"--at: expected a time that has been, found {when}")
    return now if at is None else at


def warn_of_idle(wanted: Wanted) -> None:
    """A line for each exclusion that applies to no SLO of the files."""
    for name in wanted.idle:
        click.echo(f"warning: exclusion {name!r} applies to no SLO of these files", err=True)
