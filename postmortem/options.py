"""Options that several commands take, each spelled and checked in one way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from collector.cli_prometheus import prometheus_options

_Option = Callable[[Callable[..., Any]], Callable[..., Any]]


def fireline_options(*, required: bool = True) -> _Option:
    """The address of the server that is asked, and what is sent to it, as ``server``."""
    return prometheus_options(
        required=required,
        says="Address of `fireline up`, such as http://localhost:9600.",
        spelled=("--url", "--prometheus"),
    )


def cases_option(says: str) -> _Option:
    """The folder of all cases, as ``cases``."""
    folder = click.Path(path_type=Path, file_okay=False)
    return click.option("--cases", default="cases", show_default=True, type=folder, help=says)


def rules_option(says: str) -> _Option:
    """Files of rules, as the tuple ``rules``."""
    path = click.Path(path_type=Path)
    return click.option("--rules", multiple=True, metavar="FILE", type=path, help=f"{says} May be repeated.")
