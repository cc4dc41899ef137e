"""``fireline shop load``: one of the k6 tests against a running shop."""

import os
from pathlib import Path
from typing import NoReturn

import click
import httpx

from commerce_app.load.catalogue import UnknownTestError, environment, find_test, load_tests
from commerce_app.load.preflight import PreflightError, check_shop
from commerce_app.stack.binaries import k6_program
from commerce_app.stack.errors import MissingBinaryError

USER_MISTAKE = 2
ANSWER_SECONDS = 10.0


@click.command("load")
@click.argument("name", required=False)
@click.option("--url", metavar="URL", help="The shop; BASE_URL, or http://127.0.0.1:8000, unless given.")
@click.option(
    "--duration-scale",
    type=click.FloatRange(min=0, min_open=True),
    metavar="FACTOR",
    help="On every duration of the test.",
)
@click.option(
    "--summary", type=click.Path(path_type=Path, dir_okay=False), help="File for k6's figures, as JSON."
)
def load_command(
    name: str | None, url: str | None, duration_scale: float | None, summary: Path | None
) -> None:
    """Run the k6 test NAME against a shop; without NAME, list the tests.

    The exit code is k6's: 0, 99 when a threshold failed, 108 when nothing answers at the URL, 107 for a
    wrong setting, such as more PRODUCTS or USERS than were seeded.
    """
    if name is None:
        for test in load_tests():
            click.echo(f"{test.name}: {test.purpose}")
        return
    try:
        command = find_test(name).command(k6_program(), summary)
    except (UnknownTestError, MissingBinaryError) as error:
        _fail(str(error))
    settings = {**os.environ, **environment(url, duration_scale)}
    try:
        with httpx.Client(timeout=ANSWER_SECONDS) as client:
            check_shop(client, settings)
    except PreflightError as error:
        _fail(str(error), error.exit_code)
    # k6 in our place: its exit code, its terminal and Ctrl-C are the caller's.
    os.execve(command[0], command, settings)  # noqa: S606  k6, ours


def _fail(message: str, exit_code: int = USER_MISTAKE) -> NoReturn:
    click.echo(f"fireline: {message}", err=True)
    raise SystemExit(exit_code)
