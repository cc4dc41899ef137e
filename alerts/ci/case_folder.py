"""Writes a case beside the others: the whole of it, or nothing."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from alerts.case_bounds import CASE_FILE
from alerts.documents import read_document
from alerts.errors import SpecError

_NEW, _FORMER = "new", "former"  # in the hidden folder: the case that is written, and the one it replaces


@contextmanager
def new_case(cases: Path, name: str, *, replaces: bool = False) -> Iterator[Path]:
    """A folder to write into, hidden beside the cases, that is called by its name at the end.

    replaces: whether a case of that name makes way for it. What runs left that were killed is put in order.

    Raises:
        SpecError: where something is there already that may not be replaced, or cannot be written.
    """
    folder, is_new = cases / name, not cases.exists()
    try:
        cases.mkdir(parents=True, exist_ok=True)
        _put_in_order(cases, name)
        _check(folder, replaces=replaces)
        hidden = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=cases))
    except OSError as error:
        raise SpecError(f"{cases}: cannot be written: {error.strerror}") from error
    try:
        with _held(hidden):
            (hidden / _NEW).mkdir()
            yield hidden / _NEW
            _check(folder, replaces=replaces)  # again: somebody may have written it meanwhile
            _put(hidden, folder)
    except OSError as error:
        kept = (
            "" if _may_go(hidden, folder) else f"; what it was is in {hidden / _FORMER} until the next freeze"
        )
        raise SpecError(f"{folder}: cannot be written: {error.strerror or error}{kept}") from error
    finally:
        _clear(hidden, folder)
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


def _put(hidden: Path, folder: Path) -> None:
    """In place of what is there, which comes back where that fails or is interrupted."""
    try:
        if folder.exists():
            folder.rename(hidden / _FORMER)
        (hidden / _NEW).rename(folder)
    except BaseException:
        _restore(hidden, folder)
        raise


def _restore(hidden: Path, folder: Path) -> bool:
    """Whether a case had made way for another that did not come."""
    if _may_go(hidden, folder):
        return False
    (hidden / _FORMER).rename(folder)
    return True


def _clear(hidden: Path, folder: Path) -> None:
    if _may_go(hidden, folder):
        shutil.rmtree(hidden, ignore_errors=True)


def _may_go(hidden: Path, folder: Path) -> bool:
    """Not with a case that nothing has replaced: the next run puts it back."""
    return folder.exists() or not (hidden / _FORMER).exists()


def _put_in_order(cases: Path, name: str) -> None:
    """Puts back the case that a run had taken away which then was killed; what such runs wrote goes."""
    ours = re.compile(rf"\.{re.escape(name)}\.[^.]{{8}}")  # as mkdtemp names them
    for hidden in sorted(path for path in cases.iterdir() if ours.fullmatch(path.name)):
        if hidden.is_symlink() or not {path.name for path in hidden.iterdir()} <= {_NEW, _FORMER}:
            continue
        with _held(hidden) as is_left:
            if not is_left:
                continue
            if _restore(hidden, cases / name):
                said = "is back: it was taken away by a freeze --force that was killed before it ended"
                click.echo(f"fireline: {cases / name}: {said}", err=True)
            _clear(hidden, cases / name)


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Whether it was free to be held, until the end. A process that is killed lets go."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield _lock(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held by another, or of a file system without locks: hands off then, too
        return False
    return True
