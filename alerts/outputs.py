"""Files that commands write: never those that they read."""

from collections.abc import Iterable
from pathlib import Path

import click

from alerts.case_bounds import CASE_FILE
from alerts.errors import SpecError
from collector.errors import OutputError
from collector.whole_file import write_whole


def write_output(option: str, path: Path, text: str) -> None:
    """Writes the file, whole or not at all, its folder too, and says so on standard error.

    Raises:
        SpecError: naming the option, where it cannot be written.
    """
    try:
        write_whole(path, text)
    except OutputError as error:
        raise SpecError(f"{option}: {error}") from error
    click.echo(f"wrote {path}", err=True)


def refuse_overwriting(option: str, output: Path | None, inputs: Iterable[Path]) -> None:
    """Before any work, for a file that would take the place of what is read.

    Raises:
        SpecError: naming the option, where the output is one of the inputs, by whatever path, or in a case.
    """
    if output is None or not output.exists():
        return
    for one in inputs:
        if one.exists() and output.samefile(one):
            raise SpecError(f"{option}: expected another file than {one}, which is read, and would be lost")
    if (output.resolve().parent / CASE_FILE).exists():
        raise SpecError(f"{option}: expected a file outside of cases, found {output}, a part of one")
