"""What rules made of a case: the first page, when all of them had reset, and whether that is as wanted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from alerts.backtest.engine import AlertHistory
from alerts.backtest.naming import alert_name
from alerts.ci.held import Unheld
from alerts.ci.sight import Sight
from collector.labels import Labels, Matcher, MatchOp

PAGING = (
    Matcher("severity", MatchOp.REGEX, "page|critical"),
    Matcher("sloth_severity", MatchOp.EQUAL, "page"),
)
"""An alert pages if any of these matches: ours, Sloth's and Pyrra's do."""


@dataclass(frozen=True)
class Expected:
    """A page within so many seconds of the onset and none before; None: no page at all. Unix seconds."""

    start: float
    end: float
    onset: float
    page_within_seconds: float | None

    @property
    def is_quiet(self) -> bool:
        return self.page_within_seconds is None


@dataclass(frozen=True)
class Verdict:
    """What became of one case.

    page_seconds: from the onset to the first page, below 0 if it came before; None without a page.
    reset_seconds: from the onset until no page fires any more; None without, or while one still does.
    by: the alerts that paged first, by SLO and tier where they are ours. problem: why it is not as wanted;
    empty where it is.
    budget_spent: the share of the most burnt budget that was gone at the page, where the SLOs are known.
    already: the pages that fired before the case and still did at its start; they answer nothing in it.
    unheld: the alerts that the case cannot judge, which are no part of this. is_judged: whether it can judge
    any that pages; nothing is said of the rest otherwise.
    sight: whether the samples are old and dense enough for the rules.
    """

    page_seconds: float | None
    reset_seconds: float | None
    by: tuple[str, ...]
    problem: str
    budget_spent: float | None = None
    already: tuple[Labels, ...] = ()
    unheld: tuple[Unheld, ...] = ()
    is_judged: bool = True
    sight: Sight = field(default=Sight(), compare=False)


def verdict(
    histories: Iterable[AlertHistory], expected: Expected, paging: Sequence[Matcher] = PAGING
) -> Verdict:
    """Pages that begin within the case; what fired before its start is no answer to it."""
    pages = list(_pages(histories, paging))
    lasting = {one.labels for one in pages if one.fired_at < expected.start and one.lasts_at(expected.start)}
    already = tuple(sorted(lasting, key=str))
    pages = [one for one in pages if expected.start <= one.fired_at <= expected.end]
    if not pages:
        return Verdict(None, None, (), "" if expected.is_quiet else "no page", already=already)
    first = min(one.fired_at for one in pages)
    by = tuple(sorted({alert_name(one.labels) for one in pages if one.fired_at == first}))
    ends = [one.reset_at for one in pages]
    last = None if None in ends else max(end for end in ends if end is not None)
    after = first - expected.onset
    reset = None if last is None else last - expected.onset
    return Verdict(after, reset, by, _problem(after, expected), already=already)


@dataclass(frozen=True)
class _Page:
    labels: Labels
    fired_at: float
    reset_at: float | None

    def lasts_at(self, at: float) -> bool:
        return self.reset_at is None or self.reset_at > at


def _pages(histories: Iterable[AlertHistory], paging: Sequence[Matcher]) -> Iterator[_Page]:
    for history in histories:
        for labels, lives in history.lives.items():
            if any(matcher.matches(labels.get(matcher.name)) for matcher in paging):
                for life in lives:
                    if life.firing_at is not None:
                        yield _Page(labels, life.firing_at, life.resolved_at)


def _problem(after: float, expected: Expected) -> str:
    if expected.page_within_seconds is None:
        return "pages on a quiet day"
    if after < 0:
        return "pages before the onset"
    return "pages too late" if after > expected.page_within_seconds else ""
