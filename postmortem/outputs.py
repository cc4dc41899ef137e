"""Files that reports are written to: where it can be done, and never over what they are made from."""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from alerts.errors import SpecError
from alerts.outputs import refuse_overwriting
from collector.open_files import descriptor_of
from postmortem.archive.file import parse_archive, read_text
from postmortem.errors import ArchiveError, OutputError
from postmortem.records import Incident


def check_output(path: Path, inputs: Iterable[Path], option: str = "--out") -> None:
    """Finds out before the work whether the file can be written, and loses nothing.

    inputs: what the command reads; a folder stands for the files in it. option: which gives the path.

    Raises:
        OutputError: for a folder that is missing or closed, a path that is a folder, a file that is read, and
            one that is part of a case.
    """
    _require_writable(path, option)
    read = [file for one in inputs for file in ([*one.iterdir()] if one.is_dir() else [one])]
    try:
        refuse_overwriting(f"{option} {path}", path, read)
    except SpecError as error:
        raise OutputError(str(error)) from error


def check_kept(path: Path, incident: Incident) -> None:
    """Whether an archive of this incident may be kept there: nothing is lost but an earlier one of its own.

    Raises:
        OutputError: for a file that holds another incident's archive, or anything else.
    """
    if not path.is_file():
        return
    wanted = f"--keep-archive {path}: expected a new file or an earlier archive of {incident.id}"
    try:
        found = Incident.model_validate(parse_archive(str(path), read_text(path)).get("incident"))
    except (ArchiveError, ValidationError) as error:
        raise OutputError(f"{wanted}, found something else; --force replaces it") from error
    if (found.id, found.detected_at) != (incident.id, incident.detected_at):
        began = datetime.fromtimestamp(found.detected_at, UTC).strftime("%Y-%m-%dT%H:%MZ")
        other = f"found that of {found.id} ({found.title}), detected {began}"
        raise OutputError(f"{wanted}, {other}; --force replaces it")


def refuse_same(outs: Sequence[Path], option: str = "--out") -> None:
    """One file for each, by whatever path; what a shell holds open takes several.

    Raises:
        OutputError: for the second of one file.
    """
    seen: dict[Path, Path] = {}
    for out in outs:
        earlier = seen.setdefault(out.resolve(), out)
        if earlier is not out and descriptor_of(out) is None:
            raise OutputError(f"{option} {out}: expected another file than {option} {earlier}")


def _require_writable(path: Path, option: str) -> None:
    try:
        _require_place(path, option)
    except OSError as error:  # a name that is too long
        raise OutputError(
            f"{option} {path}: expected a file that can be written: {error.strerror}"
        ) from error


def _require_place(path: Path, option: str) -> None:
    if str(path) == "-":
        raise OutputError(f"{option} -: expected a file, such as /dev/stdout for the standard output")
    if descriptor_of(path) is not None:
        return
    if path.is_symlink() and not path.exists():
        raise OutputError(f"{option} {path}: expected a file, found a link that leads to none")
    if path.is_dir():
        raise OutputError(f"{option} {path}: expected a file, found a folder")
    if not path.parent.is_dir():
        raise OutputError(f"{option} {path}: expected an existing folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"{option} {path}: expected a folder that can be written to")
