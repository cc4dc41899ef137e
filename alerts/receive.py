"""Alerts as Alertmanager's API v2 takes them, and what their times and labels mean."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from alerts.errors import RequestError
from alerts.plain_text import plain_values
from collector.labels import Labels
from collector.plain_text import plain
from collector.sinks import rfc3339

LANGUAGES = ("en", "ko")
PAGE_WORDS = frozenset({"page", "critical"})  # `critical` is what rules written for Alertmanager say
LARGEST_LABEL_BYTES = 4 * 1024
LARGEST_ANNOTATION_BYTES = 8 * 1024
_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Beyond it nothing has happened or will end: what is taken here every reader of it can show.
LATEST = datetime(3000, 1, 1, tzinfo=UTC).timestamp()


class Severity(StrEnum):
    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True)
class Alert:
    """One alert. It fires until ``ends_at``, unless it is sent again before then.

    ends_by_timeout: its sender gave no end.
    """

    labels: Labels
    annotations: Mapping[str, str]
    starts_at: float
    ends_at: float
    generator_url: str = ""
    ends_by_timeout: bool = False

    @cached_property
    def fingerprint(self) -> str:
        return fingerprint(self.labels)

    @property
    def name(self) -> str:
        return self.labels.get("alertname") or "alert"

    @property
    def service(self) -> str:
        """Rules of other makers have no ``service``: their job, or the alert itself, stands for one."""
        return self.labels.get("service") or self.labels.get("job") or self.name

    @property
    def subject(self) -> tuple[str, str]:
        """What it is about: the tiers of one SLO say the same."""
        return self.service, self.labels.get("slo") or self.labels.get("guardrail") or self.fingerprint

    @property
    def is_guardrail(self) -> bool:
        return "guardrail" in self.labels

    @property
    def severity(self) -> Severity:
        return severity_of(self.labels)

    def firing(self, at: float) -> bool:
        return self.ends_at > at

    def text(self, key: str, language: str) -> str:
        """An annotation in the language asked for, or as it was written."""
        return self.annotations.get(f"{key}_{language}") or self.annotations.get(key, "")

    def title(self, language: str) -> str:
        return self.text("summary", language) or f"{self.service}: {self.name}"

    def titles(self) -> dict[str, str]:
        """Its title in every language that a reader may ask for."""
        return {language: self.title(language) for language in LANGUAGES}

    def words(self) -> dict[str, str]:
        """Its titles as attributes of an event."""
        return {f"text_{language}": title for language, title in self.titles().items()}


def severity_of(labels: Mapping[str, str]) -> Severity:
    """What Sloth's label says, or else ``severity``, which its users give words of their own.

    A guardrail has no budget to burn: it never pages, whatever its label says.
    """
    said = labels.get("sloth_severity") or labels.get("severity")
    pages = said in PAGE_WORDS and "guardrail" not in labels
    return Severity.PAGE if pages else Severity.TICKET


def merged(alert: Alert, earlier: Alert) -> Alert:
    """The alert, begun when it was first said to: as in Alertmanager, one that still fired goes on.

    Of two ends that senders gave the later one counts: one of them may be behind (types/types.go, Merge).
    """
    if not earlier.firing(alert.starts_at):
        return alert
    begun = replace(alert, starts_at=min(alert.starts_at, earlier.starts_at))
    if earlier.ends_by_timeout or earlier.ends_at <= alert.ends_at:
        return begun
    return replace(begun, ends_at=earlier.ends_at, ends_by_timeout=False)


def fingerprint(labels: Labels) -> str:
    """Alertmanager's: 64-bit FNV-1a over sorted names and values (prometheus/common, model/signature.go)."""
    value = 14695981039346656037
    for byte in b"".join(k.encode() + b"\xff" + v.encode() + b"\xff" for k, v in labels.pairs):
        value = ((value ^ byte) * 1099511628211) & 0xFFFF_FFFF_FFFF_FFFF
    return f"{value:016x}"


def parse_time(value: object) -> float | None:
    """Unix seconds of an RFC 3339 text; None for Go's zero time, which means "not given"."""
    if value is None:
        return None
    if isinstance(value, float):
        return _bounded(value, str(value))
    if not isinstance(value, str):
        raise ValueError("expected an RFC 3339 time")  # noqa: TRY004  # pydantic reports ValueErrors only
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f'parsing time "{value}": expected RFC 3339 with a zone, as 2025-09-03T01:05:00Z')
    return _bounded((moment - _EPOCH).total_seconds(), value) if moment.year > 1 else None


def moment_of(value: object) -> float:
    """Unix seconds of a number, or of an RFC 3339 text.

    Raises:
        ValueError: for anything else, and for years before 1970 or after 2999.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(f"expected Unix seconds or RFC 3339, found {str(value)[:80]!r}")  # noqa: TRY004  # pydantic reports ValueErrors only
    if not isinstance(value, str):
        return _bounded(value, str(value)[:80])
    moment = parse_time(value[:80])
    if moment is None:
        raise ValueError(f'expected a time since 1970, found "{value}"')
    return moment


def _bounded(seconds: float, text: str) -> float:
    if not 0 <= seconds < LATEST:
        raise ValueError(f'parsing time "{text}": expected a year from 1970 to 2999')
    return seconds


def format_time(seconds: float) -> str:
    """As the collector does; one that was kept before times were bounded, as the nearest with a text."""
    return rfc3339(min(max(seconds, 0.0), LATEST))


Time = Annotated[float | None, BeforeValidator(parse_time)]


class PostableAlert(BaseModel):
    labels: dict[str, str]
    annotations: dict[str, str] = Field(default_factory=dict)
    starts_at: Time = Field(default=None, alias="startsAt")
    ends_at: Time = Field(default=None, alias="endsAt")
    generator_url: str = Field(default="", alias="generatorURL")


_POSTABLE = TypeAdapter(list[PostableAlert])


def parse_alerts(
    body: object, at: float, resolve_timeout_seconds: float
) -> tuple[tuple[Alert, ...], tuple[str, ...]]:
    """The alerts of a decoded v2 body and, in Alertmanager's words, what is wrong with the rest of them.

    Raises:
        RequestError: 400 when the body is no list of alerts at all.
    """
    try:
        postable = _POSTABLE.validate_python(body)
    except ValidationError as error:
        raise RequestError(f'parsing alerts body from "" failed, because {first_problem(error)}') from error
    alerts = [_alert(each, at, resolve_timeout_seconds) for each in postable]
    problems = [_problem(each) for each in alerts]
    good = tuple(alert for alert, problem in zip(alerts, problems, strict=True) if not problem)
    return good, tuple(problem for problem in problems if problem)


def _alert(posted: PostableAlert, at: float, resolve_timeout_seconds: float) -> Alert:
    starts_at = next((t for t in (posted.starts_at, posted.ends_at) if t is not None), at)
    ends_at = at + resolve_timeout_seconds if posted.ends_at is None else posted.ends_at
    labels = Labels(plain_values(posted.labels, LARGEST_LABEL_BYTES))
    annotations = plain_values(posted.annotations, LARGEST_ANNOTATION_BYTES)
    by_timeout = posted.ends_at is None
    return Alert(labels, annotations, starts_at, ends_at, plain(posted.generator_url), by_timeout)


def _problem(alert: Alert) -> str:
    if not alert.labels:
        return "at least one label pair required"
    if alert.ends_at < alert.starts_at:
        return "start time must be before end time"
    return _bad_name("label", alert.labels) or _bad_name("annotation", tuple(alert.annotations))


def _bad_name(what: str, names: Mapping[str, str] | Sequence[str]) -> str:
    bad = next((name for name in names if not _LABEL_NAME.fullmatch(name)), None)
    return "" if bad is None else f'invalid {what} set: invalid name "{bad}"'


def first_problem(error: ValidationError) -> str:
    """The first thing that is wrong with a body, with its place."""
    problem = error.errors()[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place or 'body'}: {problem['msg']}"
