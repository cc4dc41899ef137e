"""What commands that read SLO files take for Sloth's, whose specs say neither a period nor windows."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from alerts.errors import SpecError
from alerts.formats.sloth import PeriodOptions
from collector.cli_values import Duration

_OPTIONS = (
    click.option(
        "--slo-period",
        "--default-slo-period",
        type=Duration(),
        help="Period of Sloth's SLOs, whose specs do not say it; 30d, or that of --windows.",
    ),
    click.option(
        "--windows",
        "--slo-period-windows-path",
        type=click.Path(path_type=Path, exists=True),
        help="Windows of Sloth's SLOs: a file of the kind AlertWindows, or a folder, one for each period.",
    ),
)


def period_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command ``--slo-period`` and ``--windows``, as its argument ``period``."""

    @wraps(command)
    def with_period(
        *args: Any,  # noqa: ANN401  whatever the command takes
        slo_period: float | None,
        windows: Path | None,
        **rest: Any,  # noqa: ANN401  as above
    ) -> Any:  # noqa: ANN401  as above
        return command(*args, period=PeriodOptions(slo_period, windows), **rest)

    for option in reversed(_OPTIONS):
        with_period = option(with_period)
    return with_period


def refuse_windows_beside(policy: str | None, period: PeriodOptions) -> None:
    """Raises ``SpecError`` where a policy and windows are given: either says when an alert fires."""
    if policy and period.windows:
        raise SpecError("--windows: expected without --policy, which says the windows too")
