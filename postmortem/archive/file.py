"""Archives on disk: a JSON file, or the one that an HTML report carries along."""

import json
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from postmortem.archive.identity import PUBLIC_SCHEMA, SCHEMA
from postmortem.errors import ArchiveError

_CARRIED = re.compile(r'href="data:application/json;base64,([^"]*)"')
WITHOUT_ARCHIVE = "data:application/json;base64,"  # where the link to one leads that was taken out


def read_text(path: Path) -> str:
    """A file's text.

    Raises:
        ArchiveError: for a file that cannot be read, or holds no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ArchiveError(f"{path}: expected a file that can be read: {error.strerror}") from error
    except ValueError as error:  # no UTF-8, or a zero byte in the name
        raise ArchiveError(f"{path}: expected a text file: {error}") from error


def read_archive(path: Path) -> Mapping[str, Any]:
    """The archive that the file is or carries.

    Raises:
        ArchiveError: for a file that is neither, or whose schema is not ours.
    """
    text = read_text(path)
    carried = carried_archive(text)
    return parse_archive(str(path), text if carried is None else carried)


def parse_archive(name: str, text: str) -> Mapping[str, Any]:
    """The archive in a text.

    Raises:
        ArchiveError: for what is none; ``name`` says whose it is.
    """
    try:
        archive = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        wanted = "the JSON of `postmortem report --format json`"
        raise ArchiveError(f"{name}: expected {wanted}: {error}") from error
    _check_keys(name, text)
    schema = archive.get("schema") if isinstance(archive, dict) else None
    if schema == PUBLIC_SCHEMA:
        raise ArchiveError(f"{name}: a public report; expected its archive, with --document {name}")
    if schema != SCHEMA:
        raise ArchiveError(f'{name}: expected an archive with "schema": "{SCHEMA}", found {schema!r}')
    return dict(archive)


def _check_keys(name: str, text: str) -> None:
    """Of a key that stands twice some programs read the first value, some the last."""

    def once(pairs: list[tuple[str, object]]) -> None:
        keys = Counter(key for key, _ in pairs)
        if len(keys) < len(pairs):
            repeated = next(key for key, count in keys.items() if count > 1)
            raise ArchiveError(f"{name}: expected each key of an object once, found {repeated!r} twice")

    try:
        json.loads(text, object_pairs_hook=once)
    except RecursionError as error:
        raise ArchiveError(f"{name}: expected an archive, found JSON nested too deeply") from error


def carried_archive(html: str) -> str | None:
    """The JSON inside a page, or None of one without.

    Raises:
        ArchiveError: for one that is damaged.
    """
    found = _CARRIED.search(html)
    if found is None:
        return None
    try:
        return b64decode(found[1], validate=True).decode()
    except ValueError as error:
        raise ArchiveError(f"the archive that the page carries: expected base64: {error}") from error


def without_archive(html: str) -> str:
    """The page as it reads."""
    return _CARRIED.sub(f'href="{WITHOUT_ARCHIVE}"', html)
