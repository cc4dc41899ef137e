"""Is a public JSON what the archive says?"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from postmortem.archive.digests import DIGEST
from postmortem.archive.identity import PUBLIC_SCHEMA
from postmortem.public.file import FOR_PEOPLE, public_mapping
from postmortem.report import Report
from postmortem.verify.difference import Difference, compare


def is_public_file(text: str) -> bool:
    """Whether it is the JSON of `postmortem report --public`."""
    return _read(text).get("schema") == PUBLIC_SCHEMA


def check_public_file(
    name: str, text: str, archive: Mapping[str, Any], report: Report | None
) -> tuple[int, tuple[Difference, ...]]:
    """How many figures it holds, and what differs from the archive. report: None where that did not hold."""
    stored = _read(text)
    figures = stored.get("figures")
    count = len(figures) if isinstance(figures, list) else 0
    return count, tuple(_differences(name, stored, archive, report))


def _differences(
    name: str, stored: Mapping[str, Any], archive: Mapping[str, Any], report: Report | None
) -> Iterator[Difference]:
    digest = archive.get(DIGEST)
    if stored.get("archive") != digest:
        yield Difference(f"{name}: the archive it was made from", stored.get("archive"), digest)
    elif report is not None:
        made = orjson.loads(orjson.dumps(public_mapping(report, str(digest))))
        theirs = {key: stored.get(key) for key in FOR_PEOPLE}
        yield from compare(f"{name}: ", stored, {**made, **theirs})


def _read(text: str) -> Mapping[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
