"""What a change of the rules did to a case: as wanted and no worse than what was accepted, or why not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from alerts.backtest.naming import told_names
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
    UNJUDGED = "not judged"


_LOST_FROM_SIGHT = "the page is lost: no alert is left that the case can judge"
_WORSE = {Change.LATER, Change.LOST, Change.NEW}


@dataclass(frozen=True)
class Compared:
    """failure: why the change may not pass; empty where it may. taken: what of it is accepted from now on.

    page_within_seconds: of the case's onset; None for a day on which nobody should be paged.
    """

    case: str
    page_within_seconds: float | None
    verdict: Verdict
    accepted: Accepted | None
    change: Change
    failure: str
    taken: str = ""


def compared(case: str, expected: Expected, verdict: Verdict, accepted: Accepted | None) -> Compared:
    """A case fails that is not as wanted, or whose page came later than accepted, was lost, or is new.

    One that cannot be judged neither passes nor fails, but where a page of it was accepted.

    New is a page, too, that fires from before the case's begin on, unless that was accepted: rules that
    always page would pass every quiet day otherwise.
    """
    if not verdict.is_judged:
        failure = _LOST_FROM_SIGHT if accepted and accepted.page_seconds is not None else ""
        return Compared(case, expected.page_within_seconds, verdict, accepted, Change.UNJUDGED, failure)
    change = _change(verdict, accepted, is_quiet=expected.is_quiet)
    failures = [verdict.problem]
    if not verdict.problem and change in _WORSE:
        failures.append(_page_change(change, verdict, accepted))
    failures.append(_lasting(verdict, accepted))
    failure = "; ".join(filter(None, failures))
    return Compared(case, expected.page_within_seconds, verdict, accepted, change, failure)


def passes(outcomes: Sequence[Compared]) -> bool:
    """Whether the change may pass: nothing fails, and some case judges it."""
    return any(one.verdict.is_judged for one in outcomes) and not any(one.failure for one in outcomes)


def as_accepted(one: Compared) -> Compared:
    """The same when it is accepted; what the case itself demands is not up to that."""
    return one if one.verdict.problem else replace(one, failure="", taken=one.failure)


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


def _page_change(change: Change, verdict: Verdict, accepted: Accepted | None) -> str:
    now, then = verdict.page_seconds, accepted.page_seconds if accepted else None
    if now is not None and then is not None:
        return f"pages {format_duration(now - then)} later than accepted"
    return "the page is lost" if change is Change.LOST else "a page that was not there"


def _lasting(verdict: Verdict, accepted: Accepted | None) -> str:
    """Which pages were there when the case began that were not accepted; empty where there is none."""
    known = accepted.already if accepted else ()
    new = [labels for labels in verdict.already if str(labels) not in known]
    fires = "fires" if len(new) == 1 else "fire"
    return f"{told_names(new)} {fires} from before the case's begin on" if new else ""
