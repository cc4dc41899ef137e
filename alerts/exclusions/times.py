"""Stretches of time that a budget leaves out, such as agreed maintenance: once, or by RFC 5545's RRULE."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from fnmatch import fnmatchcase
from functools import lru_cache

from dateutil.rrule import rrule, rrulestr

from alerts.slo import Slo

Spans = list[tuple[float, float]]

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_MOST_TIMES, _IN_DAYS = 1_000, 30
_ANY_OFFSET = timedelta(days=2)  # local times of two zones are never further apart


@dataclass(frozen=True)
class Exclusion:
    """start: local time in ``zone``, without a zone of its own.

    days, seconds: its length. Days end at the same local time, seconds are counted.
    rule: an RRULE that ``checked_rule`` made. services, slos: patterns, of which one each has to match.
    """

    name: str
    start: datetime
    zone: tzinfo
    days: int
    seconds: float
    services: tuple[str, ...]
    slos: tuple[str, ...]
    author: str
    reason: str
    rule: str = ""

    def applies_to(self, slo: Slo) -> bool:
        return _matches(self.services, slo.service) and _matches(self.slos, slo.name)


@dataclass(frozen=True)
class Occurrence:
    """One time that an exclusion took place, in Unix seconds."""

    exclusion: Exclusion
    start: float
    end: float


def occurrences(
    exclusions: Iterable[Exclusion], slo: Slo, start: float, end: float
) -> tuple[Occurrence, ...]:
    """Those of an SLO that lie in [start, end), cut to it, in the order of their starts."""
    found = [
        Occurrence(exclusion, max(begins, start), min(ends, end))
        for exclusion in exclusions
        if exclusion.applies_to(slo)
        for begins, ends in _times(exclusion, start, end)
        if begins < end and ends > start
    ]
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def merged(spans: Iterable[tuple[float, float]]) -> Spans:
    """The same time in as few spans as possible; they come ordered by their starts."""
    found: Spans = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def checked_rule(text: str, start: datetime, zone: tzinfo) -> str:
    """An RRULE as ``Exclusion`` keeps it: upper case, with an ``UNTIL`` in local time.

    Rules that repeat within a day, or more than a thousand times in thirty days, are refused: they would
    have to be counted from their start on, and a budget asks for each time that is left out.

    Raises:
        ValueError: for another text, or a rule that never happens; says what was expected.
    """
    parts = _parts(text.strip().upper().removeprefix("RRULE:"))
    if parts.get("FREQ") not in FREQUENCIES:
        raise ValueError(f"expected FREQ={', '.join(FREQUENCIES[:-1])} or YEARLY (BYHOUR gives hours)")
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not (parts[name].isdecimal() and 0 < int(parts[name]) <= 10_000):
            raise ValueError(f"expected {name} from 1 to 10000")
    if "UNTIL" in parts:
        parts["UNTIL"] = _local_until(parts["UNTIL"], zone)
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        times = [at for at, _ in zip(_rule(rule, start), range(_MOST_TIMES), strict=False)]
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise ValueError(f"expected an RRULE such as FREQ=WEEKLY;BYDAY=SU: {error}") from error
    if not times:
        raise ValueError("expected a rule that happens at least once from start on")
    if len(times) == _MOST_TIMES and times[-1] - times[0] < timedelta(days=_IN_DAYS):
        raise ValueError(f"expected at most {_MOST_TIMES} times in {_IN_DAYS} days")
    return rule


def _parts(rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in rule.split(";"):
        name, equals, value = part.strip().partition("=")
        if not equals or not value or not name.isalpha() or not value.isascii() or len(value.split()) != 1:
            raise ValueError("expected an RRULE such as FREQ=WEEKLY;BYDAY=SU")
        if name in parts:
            raise ValueError(f"expected {name} once")
        parts[name] = value
    return parts


def _local_until(text: str, zone: tzinfo) -> str:
    """A day alone is meant to its end; ``…Z`` is UTC, as RFC 5545 wants it beside a zone."""
    try:
        if len(text) == 8:
            return f"{datetime.strptime(text, '%Y%m%d'):%Y%m%d}T235959"  # noqa: DTZ007  local time is meant
        at = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007  as above
    except ValueError as error:
        raise ValueError("expected UNTIL such as 20261231 or 20261231T150000Z") from error
    if text.endswith("Z"):
        at = at.replace(tzinfo=UTC).astimezone(zone)
    return f"{at:%Y%m%dT%H%M%S}"


def _matches(patterns: Sequence[str], name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _times(exclusion: Exclusion, start: float, end: float) -> Iterator[tuple[float, float]]:
    """At least those that touch [start, end).

    Of a local time that comes twice, the first is meant; one that the clocks skip begins as late as they
    skip (RFC 5545, 3.3.5).
    """
    for local in _locals(exclusion, start, end):
        begins = local.replace(tzinfo=exclusion.zone)
        if exclusion.days:
            ends = (local + timedelta(days=exclusion.days)).replace(tzinfo=exclusion.zone)
            yield begins.timestamp(), ends.timestamp() + exclusion.seconds
        else:
            yield begins.timestamp(), begins.timestamp() + exclusion.seconds


def _locals(exclusion: Exclusion, start: float, end: float) -> list[datetime]:
    if not exclusion.rule:
        return [exclusion.start]
    lasts = timedelta(days=exclusion.days, seconds=exclusion.seconds)
    since = datetime.fromtimestamp(start, exclusion.zone).replace(tzinfo=None) - lasts - _ANY_OFFSET
    until = datetime.fromtimestamp(end, exclusion.zone).replace(tzinfo=None) + _ANY_OFFSET
    return _rule(exclusion.rule, exclusion.start).between(since, until, inc=True)


@lru_cache(maxsize=256)
def _rule(rule: str, start: datetime) -> rrule:
    """Remembers the times it has counted: a budget asks for the same ones again and again."""
    found = rrulestr(rule, dtstart=start, cache=True)
    assert isinstance(found, rrule)
    return found


def seconds_of(spans: Iterable[tuple[float, float]]) -> float:
    """How long spans are together."""
    return sum(end - start for start, end in spans)
