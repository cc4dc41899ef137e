"""When game days are: RFC 5545's RRULE over local times of a zone. Times are Unix seconds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
EXAMPLE = "FREQ=WEEKLY;BYDAY=TU"
_MOST = 10_000
# A game day takes longer than this: what comes more often is a mistake.
_LEAST_SECONDS, _LOOKED_AT = 300, 60
_ANY_OFFSET = timedelta(days=2)  # local times of two zones are never further apart


@dataclass(frozen=True)
class When:
    """start: local time in ``zone``, without a zone of its own. rule: as ``checked_rule`` made it.

    Of a local time that comes twice, the first is meant; one that the clocks skip is as late as they skip.
    """

    start: datetime
    zone: ZoneInfo
    rule: str

    def between(self, after: float, until: float) -> list[float]:
        """Those with after < time ≤ until, in their order."""
        found = self._rule().between(self._local(after) - _ANY_OFFSET, self._local(until) + _ANY_OFFSET)
        return sorted({at for at in map(self._unix, found) if after < at <= until})

    def next_after(self, at: float) -> float | None:
        """The first after ``at``; None when there are no more."""
        later = (self._unix(local) for local in self._rule().xafter(self._local(at) - _ANY_OFFSET))
        first = next((each for each in later if each > at), None)
        # Where the clocks are put forward, a later local time may come sooner.
        return None if first is None else min(self.between(at, first))

    def upcoming(self, at: float, count: int) -> Iterator[float]:
        """The next ``count`` after ``at``, or as many as there are."""
        following = self.next_after(at)
        while following is not None and count > 0:
            yield following
            count -= 1
            following = self.next_after(following)

    def spell(self, at: float) -> str:
        """ISO 8601 in the zone."""
        return datetime.fromtimestamp(at, self.zone).isoformat(timespec="seconds")

    def __str__(self) -> str:
        return f"{self.start.isoformat()} {self.zone.key} {self.rule}"

    def _rule(self) -> rrule:
        return _parsed(self.rule, self.start)

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self.zone).replace(tzinfo=None)

    def _unix(self, local: datetime) -> float:
        return local.replace(tzinfo=self.zone).timestamp()


def checked_rule(text: str, start: datetime) -> str:
    """An RRULE in upper case, whose ``UNTIL`` is local time.

    Raises:
        ValueError: for another text, a rule that never happens, or one that leaves no time for a game day.
    """
    rule = text.strip().upper().removeprefix("RRULE:")
    parts = _parts(rule)
    if parts.get("FREQ") not in FREQUENCIES:
        raise ValueError(f"expected FREQ={', '.join(FREQUENCIES[:-1])} or YEARLY (BYHOUR gives hours)")
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not (parts[name].isdecimal() and 0 < int(parts[name]) <= _MOST):
            raise ValueError(f"expected {name} from 1 to {_MOST}")
    if parts.get("UNTIL", "").endswith("Z"):
        raise ValueError("expected UNTIL in local time, such as 20271231T235959")
    try:
        times = [at for at, _ in zip(_parsed(rule, start), range(_LOOKED_AT), strict=False)]
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise ValueError(f"expected an RRULE such as {EXAMPLE}: {error}") from error
    if not times:
        raise ValueError("expected a rule that happens at least once from start on")
    if any((b - a).total_seconds() < _LEAST_SECONDS for a, b in pairwise(times)):
        raise ValueError(f"expected {_LEAST_SECONDS // 60} minutes or more between two game days")
    return rule


def _parts(rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in rule.split(";"):
        name, equals, value = part.strip().partition("=")
        if not equals or not value or not name.isalpha() or len(value.split()) != 1:
            raise ValueError(f"expected an RRULE such as {EXAMPLE}")
        if name in parts:
            raise ValueError(f"expected {name} once")
        parts[name] = value
    return parts


def _parsed(rule: str, start: datetime) -> rrule:
    found = rrulestr(rule, dtstart=start)
    if not isinstance(found, rrule):
        raise ValueError("expected one rule")  # noqa: TRY004  the caller's kind of error
    return found
