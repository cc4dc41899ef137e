"""Files that commands write: never those that they read."""

from collections.abc import Iterable
from pathlib import Path

import click

from alerts.case_bounds import CASE_FILE
from alerts.errors import SpecError


def write_output(option: str, path: Path, text: str) -> None:
    """Writes the file, its folder too, and says so on standard error.

    Raises:
        SpecError: naming the option, where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SpecError(f"{option}: {path}: cannot be written: {error.strerror or error}") from error
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
