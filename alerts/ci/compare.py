"""What a change of the rules did to a case: as wanted and no worse than what was accepted, or why not."""

from dataclasses import dataclass
from enum import StrEnum

from alerts.ci.accepted import Accepted
from alerts.ci.verdict import Expected, Verdict
from collector.durations import format_duration


class Change(StrEnum):
    """Against what was accepted."""

    SAME = "same"
    EARLIER = "earlier"
    LATER = "later"
    LOST = "lost"
    NEW = "new page"
    GONE = "no page any more"
    UNKNOWN = "not accepted yet"


_WORSE = {Change.LATER, Change.LOST, Change.NEW}


@dataclass(frozen=True)
class Compared:
    """failure: why the change may not pass; empty where it may.

    page_within_seconds: of the case's onset; None for a day on which nobody should be paged.
    """

    case: str
    page_within_seconds: float | None
    verdict: Verdict
    accepted: Accepted | None
    change: Change
    failure: str


def compared(case: str, expected: Expected, verdict: Verdict, accepted: Accepted | None) -> Compared:
    """A case fails that is not as wanted, or whose page came later than accepted, was lost, or is new."""
    change = _change(verdict, accepted, is_quiet=expected.is_quiet)
    failure = verdict.problem
    if not failure and change in _WORSE:
        failure = _told(change, verdict, accepted)
    return Compared(case, expected.page_within_seconds, verdict, accepted, change, failure)


def _change(verdict: Verdict, accepted: Accepted | None, *, is_quiet: bool) -> Change:
    if accepted is None:
        return Change.UNKNOWN
    now, then = verdict.page_seconds, accepted.page_seconds
    if now is None and then is None:
        return Change.SAME
    if now is None:
        return Change.GONE if is_quiet else Change.LOST
    if then is None:
        return Change.NEW
    if now == then:
        return Change.SAME
    return Change.LATER if now > then else Change.EARLIER


def _told(change: Change, verdict: Verdict, accepted: Accepted | None) -> str:
    now, then = verdict.page_seconds, accepted.page_seconds if accepted else None
    if now is not None and then is not None:
        return f"pages {format_duration(now - then)} later than accepted"
    return "the page is lost" if change is Change.LOST else "a page that was not there"
