"""Files written whole or not at all: a full disk, or a crash, leaves what was there before."""

import errno
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from collector.errors import OutputError
from collector.open_files import descriptor_of

_NEW_FILE_MODE = 0o666
_PREFIX, _SUFFIX = ".fireline-", ".new"
_ABANDONED_SECONDS = 3600.0  # no file takes so long to write: whoever began it was killed


def write_whole(path: Path, text: str) -> None:
    """Replaces a file, or makes it and the folders above it. A link stays one, to a file with this text.

    Raises:
        OutputError: for a file that cannot be written; it is as it was.
    """
    write_all({path: text})


def write_all(texts: Mapping[Path, str]) -> None:
    """Several files: none is replaced before all of them are on the disk.

    Raises:
        OutputError: for the first that cannot be written; all are as they were, unless the disk fails
            while they are given their names.
    """
    made: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            with _told(path):
                _write(path, text, made)
        for path in list(made):
            with _told(path):
                made[path].replace(path)
                del made[path]
                _keep_names(path.parent)
    finally:
        for temporary in made.values():
            with suppress(OSError):
                temporary.unlink()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: expected a file that can be written: {error.strerror}") from error
    except (ValueError, RuntimeError) as error:  # a name with a zero byte in it, a link to itself
        raise OutputError(f"{path}: expected a file that can be written: {error}") from error


def _write(path: Path, text: str, made: dict[Path, Path]) -> None:
    if (number := descriptor_of(path)) is not None:
        with os.fdopen(os.dup(number), "w", encoding="utf-8") as file:
            file.write(text)
        return
    if path.exists() and not path.is_file() and not path.is_dir():  # a terminal, a pipe
        path.write_text(text, encoding="utf-8")
        return
    target = path.resolve()
    if target.is_dir():
        raise OutputError(f"{path}: expected a file, found a folder")
    if target in made:
        raise OutputError(f"{path}: expected another file than one that is written at the same time")
    if target.exists() and not os.access(target, os.W_OK):  # renaming would not ask
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    target.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=target.parent, prefix=_PREFIX, suffix=_SUFFIX)
    made[target] = Path(name)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fchmod(number, _mode(target))
        os.fsync(number)
    _clear(target.parent, Path(name).stat().st_mtime)


def _clear(folder: Path, at: float) -> None:
    """Removes what runs left there that were killed while they wrote. at: by the disk's own clock."""
    for left in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):
            if at - left.stat().st_mtime > _ABANDONED_SECONDS:
                left.unlink()


def _mode(target: Path) -> int:
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return _NEW_FILE_MODE & ~mask


def _keep_names(folder: Path) -> None:
    """The new name survives a loss of power too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
