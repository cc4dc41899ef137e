"""The flags of queries; each that is given wins over the same key in the file's section ``query``."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from collector.cli_values import Duration
from collector.config_query import MOST_CONCURRENCY, MOST_SAMPLES, QueryConfig

Command = TypeVar("Command", bound=Callable[..., Any])

_FLAGS = (
    click.option(
        "--enable-experimental",
        "experimental",
        is_flag=True,
        default=None,
        help="Let queries use experimental PromQL functions.",
    ),
    click.option(
        "--query-max-samples",
        "max_samples",
        type=click.IntRange(1, MOST_SAMPLES),
        show_default="50000000",
        help="How many samples a query may hold.",
    ),
    click.option(
        "--query-timeout",
        "timeout_seconds",
        type=Duration(),
        show_default="2m",
        help="How long a query may take, its waiting for others included.",
    ),
    click.option(
        "--query-max-concurrency",
        "max_concurrency",
        type=click.IntRange(1, MOST_CONCURRENCY),
        show_default="2",
        help="How many queries run at once; more wait.",
    ),
    click.option(
        "--query-lookback-delta",
        "lookback_seconds",
        type=Duration(),
        show_default="5m",
        help="How far back a query looks for a series' latest sample.",
    ),
)


def query_flags(command: Command) -> Command:
    """Adds the flags; the command gets each by its name in ``QueryConfig``, as None if it was not given."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command


def with_flags(query: QueryConfig, flags: dict[str, Any]) -> QueryConfig:
    """What the file says, with the flags that were given laid over it."""
    return replace(query, **{name: value for name, value in flags.items() if value is not None})
