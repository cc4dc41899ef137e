"""Files that are there whole or not at all, whoever reads them and however the writer ends."""

import json
import os
import tempfile
from pathlib import Path


def write_json(path: Path, content: object) -> None:
    """Readable, with Korean as it is."""
    write_whole(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Beside the file first, then in its place: a reader sees the old text or the new one.

    Raises:
        OSError: with the file's name, also where the disk is full.
    """
    try:
        _write(path, text)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write(path: Path, text: str) -> None:
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123  a descriptor, not a path
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
