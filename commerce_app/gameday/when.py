"""When game days are: RFC 5545's RRULE over local times of a zone. Times are Unix seconds."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import MAXYEAR, datetime, timedelta
from itertools import dropwhile, islice, pairwise, takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
EXAMPLE = "FREQ=WEEKLY;BYDAY=TU"
_MOST = 10_000
# A game day takes longer than this: what comes more often is a mistake.
_LEAST_SECONDS, _LOOKED_AT = 300, 60
# A rule that never happens is tried until the calendar ends, which takes long from here. The calendar
# repeats itself after 400 years to the day and the weekday: rules are reckoned this much nearer to its end.
_LATER_YEARS = 19 * 400
# Every time is counted from the start; of a start long ago there would be too many.
EARLIEST, LATEST = datetime(2020, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001  local, as start is
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
        first, last = self._local(after) - _ANY_OFFSET, self._local(until) + _ANY_OFFSET
        later = dropwhile(lambda local: local <= first, _times(self.rule, self.start))
        found = takewhile(lambda local: local <= last, later)
        return sorted({at for at in map(self._unix, found) if after < at <= until})

    def next_after(self, at: float) -> float | None:
        """The first after ``at``; None when there are no more."""
        first_local = self._local(at) - _ANY_OFFSET
        later = dropwhile(lambda local: local <= first_local, _times(self.rule, self.start))
        first = next((each for each in map(self._unix, later) if each > at), None)
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

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self.zone).replace(tzinfo=None)

    def _unix(self, local: datetime) -> float:
        return local.replace(tzinfo=self.zone).timestamp()


def checked_rule(text: str, start: datetime) -> str:
    """An RRULE in upper case, whose ``UNTIL`` is local time.

    Raises:
        ValueError: for another text, a rule that never happens, or one that leaves no time for a game day.
    """
    if not EARLIEST <= start < LATEST:
        raise ValueError(f"expected a start from {EARLIEST.year} on and before {LATEST.year}")
    rule = text.strip().upper().removeprefix("RRULE:")
    parts = _parts(rule)
    if parts.get("FREQ") not in FREQUENCIES:
        raise ValueError(f"expected FREQ={', '.join(FREQUENCIES[:-1])} or YEARLY (BYHOUR gives hours)")
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not (parts[name].isdecimal() and 0 < int(parts[name]) <= _MOST):
            raise ValueError(f"expected {name} from 1 to {_MOST}")
    if "BYEASTER" in parts:  # of dateutil, and Easter does not repeat itself
        raise ValueError("expected no BYEASTER")
    if parts.get("UNTIL", "").endswith("Z"):
        raise ValueError("expected UNTIL in local time, such as 20271231T235959")
    try:
        times = list(islice(_times(rule, start), _LOOKED_AT))
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


def _times(rule: str, start: datetime) -> Iterator[datetime]:
    """For three centuries at least."""
    parts = _parts(rule)
    if "UNTIL" in parts:
        until = _until(parts.pop("UNTIL"))
        if until.year <= MAXYEAR - _LATER_YEARS:
            parts["UNTIL"] = f"{until.replace(year=until.year + _LATER_YEARS):%Y%m%dT%H%M%S}"
    later = start.replace(year=start.year + _LATER_YEARS)
    found = rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=later)
    if not isinstance(found, rrule):
        raise ValueError("expected one rule")  # noqa: TRY004  the caller's kind of error
    return (local.replace(year=local.year - _LATER_YEARS) for local in found)


def _until(text: str) -> datetime:
    for form in ("%Y%m%dT%H%M%S", "%Y%m%d"):
        with suppress(ValueError):
            return datetime.strptime(text, form)  # noqa: DTZ007  local, as start is
    raise ValueError("expected UNTIL such as 20271231T235959")
