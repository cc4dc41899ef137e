"""Files of exclusions: what budgets leave out, who says so, and why."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator

from alerts.documents import Document, Strict, duration_seconds, read_document
from alerts.errors import SpecError
from alerts.exclusions.times import Exclusion, checked_rule
from alerts.plain_text import PlainText
from alerts.slo import Slo
from collector.redaction import shortened

_DAYS = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?")
_YEARS = range(1970, 3000)
_LONGEST_SECONDS = 366 * 86_400.0


def _start(value: object) -> datetime:
    expected = f"expected a time such as 2026-11-01T02:00:00+09:00, found {shortened(value)}"
    if isinstance(value, date) and not isinstance(value, datetime):
        raise ValueError(f"{expected} (a day alone has no time)")  # noqa: TRY004  pydantic wraps this
    try:
        start = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(expected) from error
    if start.year not in _YEARS:  # of others, some of a time's neighbours cannot be told
        raise ValueError(f"{expected} (of the years {_YEARS[0]} to {_YEARS[-1]})")
    return start


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"expected a zone such as Asia/Seoul, found {shortened(value)}") from error


def _length(value: object) -> tuple[int, float]:
    """Whole days, which end at the same time of the day, and seconds beside them."""
    seconds = duration_seconds(value)
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise ValueError("expected a duration above 0 and of at most a year (366d)")
    found = _DAYS.match(str(value))
    days = 7 * int(found[1] or 0) + int(found[2] or 0) if found else 0
    return days, seconds - days * 86_400.0


def _patterns(value: object) -> object:
    if value == []:
        raise ValueError('expected a pattern, such as "*", or a list of them, found none')
    return [value] if isinstance(value, str) else value


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("expected a text, found none")
    return " ".join(text.split())


Patterns = Annotated[list[str], BeforeValidator(_patterns)]
Said = Annotated[PlainText, AfterValidator(_said)]


class _ExclusionFile(Strict):
    name: Said
    start: Annotated[datetime, BeforeValidator(_start)]
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] | None = None
    duration: Annotated[tuple[int, float], BeforeValidator(_length)]
    rrule: str = ""
    services: Patterns | None = None
    slos: Patterns | None = None
    author: Said
    reason: Said


class _ExclusionsFile(Strict):
    version: Literal[1]
    exclusions: list[_ExclusionFile]


def load_exclusions(*paths: Path) -> list[Exclusion]:
    """All exclusions of some files, in their order.

    Raises:
        SpecError: for the first mistake, or a name that is used twice.
    """
    found: dict[str, Exclusion] = {}
    for path in paths:
        document = read_document(path)
        for number, one in enumerate(document.parse(_ExclusionsFile).exclusions):
            if one.name in found:
                raise SpecError(
                    f"{document.place}: exclusions.{number}.name: expected a name used once: {one.name}"
                )
            found[one.name] = _exclusion(document, f"exclusions.{number}", one)
    return list(found.values())


def _exclusion(document: Document, key: str, content: _ExclusionFile) -> Exclusion:
    place = f"{document.place}: {key}"
    if content.services is None and content.slos is None:
        raise SpecError(f'{place}: expected services or slos ("*" for all)')
    start, zone = content.start, content.timezone or content.start.tzinfo
    if zone is None:
        raise SpecError(f"{place}.timezone: expected beside a start without an offset, such as Asia/Seoul")
    local = (start if start.tzinfo is None else start.astimezone(zone)).replace(tzinfo=None)
    days, seconds = content.duration
    return Exclusion(
        name=content.name,
        start=local,
        zone=zone,
        days=days,
        seconds=seconds,
        services=tuple(content.services or ("*",)),
        slos=tuple(content.slos or ("*",)),
        author=content.author,
        reason=content.reason,
        rule=_rule(place, content.rrule, local, zone) if content.rrule else "",
    )


def _rule(place: str, text: str, start: datetime, zone: tzinfo) -> str:
    try:
        return checked_rule(text, start, zone)
    except ValueError as error:
        raise SpecError(f"{place}.rrule: {error}, found {shortened(text)}") from error


def idle_exclusions(exclusions: Iterable[Exclusion], slos: Sequence[Slo]) -> list[str]:
    """The names of those that apply to none of the SLOs: most likely a name is misspelt."""
    return [one.name for one in exclusions if not any(one.applies_to(slo) for slo in slos)]
