"""Writes a case beside the others: the whole of it, or nothing."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alerts.case_bounds import CASE_FILE
from alerts.documents import read_document
from alerts.errors import SpecError


@contextmanager
def new_case(cases: Path, name: str, *, replaces: bool = False) -> Iterator[Path]:
    """A folder to write into, hidden beside the cases, that is called by its name at the end.

    replaces: whether a case of that name makes way for it.

    Raises:
        SpecError: where something is there already that may not be replaced, or cannot be written.
    """
    folder, is_new = cases / name, not cases.exists()
    _check(folder, replaces=replaces)
    try:
        cases.mkdir(parents=True, exist_ok=True)
        hidden = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=cases))
    except OSError as error:
        raise SpecError(f"{cases}: cannot be written: {error.strerror}") from error
    try:
        written = hidden / name
        written.mkdir()
        yield written
        _put(written, folder, hidden / "former")
    except OSError as error:
        raise SpecError(f"{folder}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
        if is_new and not any(cases.iterdir()):
            cases.rmdir()


def _check(folder: Path, *, replaces: bool) -> None:
    if not folder.exists() and not folder.is_symlink():
        return
    if not replaces:
        raise SpecError(f"{folder}: expected a folder that is not there yet, or --force to replace the case")
    if folder.is_symlink() or not (folder / CASE_FILE).is_file():
        raise SpecError(f"{folder}: expected a case to replace, a folder with a {CASE_FILE}")
    own = {CASE_FILE, str(read_document(folder / CASE_FILE).content.get("samples"))}
    others = sorted(path.name for path in folder.iterdir() if path.name not in own)
    if others:
        raise SpecError(f"{folder}: expected a case to replace, found {others[0]} in it, which would be lost")


def _put(written: Path, folder: Path, former: Path) -> None:
    """In place of what is there, which comes back where that fails."""
    if not folder.exists():
        written.rename(folder)
        return
    folder.rename(former)
    try:
        written.rename(folder)
    except OSError:
        former.rename(folder)
        raise
