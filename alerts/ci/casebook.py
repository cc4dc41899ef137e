"""The cases of a folder: documents with figures, and recorded histories with their samples."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field

from alerts.case_bounds import BOUNDS, CASE_FILE, NAME_PATTERN, check_size, inside
from alerts.casefile import BUILT_IN, load_case
from alerts.ci.verdict import Expected
from alerts.documents import Document, Seconds, Strict, Window, read_document
from alerts.errors import SpecError
from alerts.selectors import matchers_of
from alerts.signals import Title
from alerts.synthesis import samples_of
from collector.errors import ConfigError, QueryError
from collector.history_file import read_into_memory
from collector.labels import Matcher
from collector.memory import MemoryStore
from collector.redaction import shortened


@dataclass(frozen=True)
class FiledCase:
    """A case to replay. load: reads or makes its samples, from well before its start to its end.

    frozen_with: the selectors that it has all series of; None where nobody wrote them down.
    evaluation_seconds: the interval of groups that do not say theirs, where it was recorded.
    """

    name: str
    title: str
    expected: Expected
    load: Callable[[], MemoryStore]
    frozen_with: tuple[tuple[Matcher, ...], ...] | None = None
    evaluation_seconds: float | None = None


_A_TIME = "2025-09-03T10:05:00+09:00"
_EXPECTED_TIME = f"expected a time such as {_A_TIME}"


def _instant(value: object) -> float:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"{_EXPECTED_TIME}, found {shortened(value)}") from error
    if at.tzinfo is None:
        raise ValueError(f"expected a time with its zone, such as {_A_TIME}, found {at}")
    if at.timestamp() < 0:
        raise ValueError(f"{_EXPECTED_TIME} and after 1970, found {shortened(str(value))}")
    return at.timestamp()


Instant = Annotated[float, BeforeValidator(_instant)]


def _selector(value: object) -> tuple[Matcher, ...]:
    try:
        return matchers_of(str(value))
    except QueryError as error:
        raise ValueError(f'expected a selector such as up{{job="shop"}}, found {shortened(value)}') from error


def _zone(value: object) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"expected a zone such as Asia/Seoul, found {shortened(value)}") from error


ZoneName = Annotated[str, BeforeValidator(_zone)]
SelectorText = Annotated[Any, BeforeValidator(_selector)]


class IncidentFile(Strict):
    """Which incident a case was made of, for people: it judges no rule."""

    id: str
    severity: str = ""
    services: list[str] = Field(default_factory=list)


class RecordedFile(Strict):
    """A case.yml beside samples that were recorded."""

    version: Literal[1]
    name: str = Field(pattern=NAME_PATTERN)
    title: Title
    origin: str = ""
    samples: str
    selectors: list[SelectorText] | None = None
    evaluation_interval: Window | None = None
    timezone: ZoneName | None = None
    start: Instant
    end: Instant
    quiet: bool = False
    onset: Instant | None = None
    page_within: Seconds | None = None
    incident: IncidentFile | None = None


def load_casebook(folder: Path) -> list[FiledCase]:
    """Every folder in it that has a case.yml, by name.

    Raises:
        SpecError: for a folder without cases, a name used twice, or the first mistake in a case.yml.
    """
    found: dict[str, FiledCase] = {}
    for path in sorted(folder.glob(f"[!.]*/{CASE_FILE}")):
        case = read_case(path.parent)
        if case.name in found:
            raise SpecError(f"{path}: name: expected a name used once: {case.name}")
        found[case.name] = case
    if not found:
        raise SpecError(f"{folder}: expected folders with a {CASE_FILE} each, found none")
    return list(found.values())


def shipped() -> list[FiledCase]:
    """The cases that ship with Fireline."""
    return load_casebook(BUILT_IN)


def read_case(folder: Path) -> FiledCase:
    """Raises SpecError for the first mistake in its case.yml."""
    document = read_document(inside(folder, CASE_FILE, str(folder / CASE_FILE)))
    if "samples" in document.content:
        return _recorded(folder, document)
    case = load_case(str(folder))
    within = None if case.is_quiet else case.page_within_seconds
    expected = Expected(case.start, case.end, case.onset, within)
    return FiledCase(case.name, case.title["en"], expected, lambda: samples_of(case))


def _recorded(folder: Path, document: Document) -> FiledCase:
    content = document.parse(RecordedFile)
    if content.end <= content.start:
        raise SpecError(f"{document.place}: end: expected after start")
    check_size(f"{document.place}: end", content.end - content.start)
    if content.quiet in {content.onset is not None, content.page_within is not None}:
        raise SpecError(f"{document.place}: onset: expected with page_within, or quiet: true instead")
    onset = content.start if content.onset is None else content.onset
    if not content.start <= onset < content.end:
        raise SpecError(f"{document.place}: onset: expected between start and end")
    expected = Expected(content.start, content.end, onset, content.page_within)
    place = f"{document.place}: samples"
    path = inside(folder, content.samples, place)
    frozen_with = None if content.selectors is None else tuple(content.selectors)
    title, interval = content.title.texts()["en"], content.evaluation_interval
    return FiledCase(
        content.name, title, expected, lambda: _samples(place, path, expected), frozen_with, interval
    )


def _samples(place: str, path: Path, expected: Expected) -> MemoryStore:
    try:
        samples = read_into_memory(path, BOUNDS)
    except ConfigError as error:
        raise SpecError(str(error)) from error
    if expected.page_within_seconds is None:
        _refuse_void(place, samples, expected)
    return samples


def _refuse_void(place: str, samples: MemoryStore, expected: Expected) -> None:
    """A quiet day of which nothing is known would be passed by every rule."""
    if samples.has_samples(round(expected.start * 1000) + 1, round(expected.end * 1000)):
        return
    span = samples.span_ms()
    there = "none" if span is None else f"them from {_spelled(span[0] / 1000)} to {_spelled(span[1] / 1000)}"
    wanted = f"from {_spelled(expected.start)} to {_spelled(expected.end)}"
    raise SpecError(f"{place}: expected samples of the case's time, {wanted}, found {there}")


def _spelled(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError):  # of a file that is in milliseconds, for example
        return f"{seconds:.0f}"
