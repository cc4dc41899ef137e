"""Figures of one thing that cannot both be true."""

from collections.abc import Callable, Iterator

from postmortem.lint.acts import read_acts
from postmortem.lint.clock import format_time
from postmortem.lint.figures import Figure, Place, grouped
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.lexicon import Lexicon
from postmortem.lint.told import Told
from postmortem.lint.values import Unit

_BETTER_HIGH = {"hit_ratio", "success_ratio"}
_NOT_OF_WHAT_WAS = {"actions", "planned", "follow_up", "tracking", "sources", "lessons"}
_NEAR_LETTERS = 40
_BETTER_LOW = {"error_ratio", "miss_share", "latency", "cpu", "memory", "disk_use", "backlog"}


def check(draft: Draft) -> Iterator[Finding]:
    """One finding a line, for the first way in which it disagrees."""
    figures = [
        f
        for f in draft.figures
        if f.metric and not f.is_change and f.metric not in {"traffic", "revenue", "abandonment"}
    ]
    told: set[int] = set()
    for rule in (_peaks, _worse_than_peak, _of_one_moment, _after):
        for key, (one, other) in rule(figures, draft):
            first, second = sorted((one, other), key=lambda f: f.line)
            if second.line in told:
                continue
            told.add(second.line)
            values = {
                "first": first.text,
                "line": first.line,
                "second": second.text,
                "at": format_time(one.at or 0.0),
            }
            yield Finding(second.line, f"figures-disagree.{key}", values)
    yield from _counts(draft)


_What = tuple[Unit, str, str]
_Pairs = Iterator[tuple[Figure, Figure]]
_Found = Iterator[tuple[str, tuple[Figure, Figure]]]


def _what(figure: Figure) -> _What:
    """Figures that measure one thing have one of these."""
    return figure.unit, figure.metric, figure.percentile


def _in_things(figures: list[Figure], pairs_of: Callable[[list[Figure]], _Pairs]) -> _Pairs:
    """The pairs in the figures of one thing and one service, by thing and in reading order.

    A figure of no told service may be of any, unless the document has several.
    """
    order = {id(figure): number for number, figure in enumerate(figures)}
    for thing in grouped(figures, _what).values():
        is_of_one = len({f.subject for f in thing} - {""}) == 1
        groups = [thing] if is_of_one else grouped(thing, lambda f: f.subject).values()
        pairs = [pair for group in groups for pair in pairs_of(group)]
        yield from sorted(pairs, key=lambda pair: sorted(order[id(figure)] for figure in pair))


def _is_ahead(one: Figure | None, other: Figure) -> bool:
    """Whether it is told in an earlier passage: what one passage tells is told of several things."""
    return one is not None and one.passage.line < other.passage.line


def _apart(group: list[Figure]) -> _Pairs:
    """Each with the first one ahead of it that is surely less, and that is surely more."""
    told = Told(group)
    for figure in group:
        for other in (told.first_below(figure.low), told.first_above(figure.high)):
            if other and _is_ahead(other, figure):
                yield other, figure


def _peaks(figures: list[Figure], _draft: Draft) -> _Found:
    def of(group: list[Figure]) -> _Pairs:
        for placed in grouped(group, lambda f: f.place).values():
            yield from _apart(placed)

    for pair in _in_things([f for f in figures if f.is_peak], of):
        yield "peak", pair


def _worse_than_peak(figures: list[Figure], _draft: Draft) -> _Found:
    for pair in _in_things(figures, _worse):
        yield "worse", pair


def _worse(group: list[Figure]) -> _Pairs:
    """Each row with the first peak ahead that is less bad, each peak with the first row that is worse."""
    is_better_high = group[0].metric in _BETTER_HIGH
    if not is_better_high and group[0].metric not in _BETTER_LOW:
        return
    peaks = [f for f in group if f.is_peak]
    rows = [f for f in group if f.at is not None and not f.is_bound]
    told_peaks, told_rows = Told(peaks), Told(rows)
    for row in rows:
        peak = told_peaks.first_above(row.high) if is_better_high else told_peaks.first_below(row.low)
        if peak and _is_ahead(peak, row):
            yield row, peak
    for peak in peaks:
        row_ahead = told_rows.first_below(peak.low) if is_better_high else told_rows.first_above(peak.high)
        if row_ahead and _is_ahead(row_ahead, peak):
            yield row_ahead, peak


def _of_one_moment(figures: list[Figure], _draft: Draft) -> _Found:
    def of(group: list[Figure]) -> _Pairs:
        for moment in grouped(group, lambda f: f.at).values():
            yield from _apart(moment)

    for pair in _in_things([f for f in figures if f.at is not None], of):
        yield "moment", pair


def _after(figures: list[Figure], draft: Draft) -> _Found:
    """What a summary says of the time after, beside the row in which all was back to normal."""
    normal = {
        id(row.passage)
        for row in draft.rows
        if any(act.name == "normal" for act in read_acts(row.text, draft.lexicon))
    }
    in_rows = [f for f in figures if id(f.passage) in normal]
    last = {(_what(f), f.subject): f for f in in_rows}

    def of(group: list[Figure]) -> _Pairs:
        rows = [f for f in group if last.get((_what(f), f.subject)) is f]
        for summary in (f for f in group if _is_told_of_after(f, draft.lexicon)) if rows else ():
            for row in rows:
                if row.passage is not summary.passage and not row.agrees(summary):
                    yield row, summary

    for pair in _in_things(figures, of):
        yield "after", pair


def _is_told_of_after(figure: Figure, lexicon: Lexicon) -> bool:
    """An after of a summary, or what a sentence says of the time after the recovery."""
    if figure.at is not None or figure.passage.section.role in _NOT_OF_WHAT_WAS:
        return False
    ahead = figure.passage.text[max(0, figure.start - _NEAR_LETTERS) : figure.start]
    if lexicon.has(ahead, "once_over"):
        return not lexicon.has(figure.clause, "objective")
    return figure.passage.section.role in {"metrics", "summary"} and figure.place is Place.AFTER


def _counts(draft: Draft) -> Iterator[Finding]:
    """How many of a thing were hurt, told twice."""
    seen: dict[tuple[str, ...], Figure] = {}
    for figure in draft.figures:
        if figure.unit is not Unit.COUNT or figure.at is not None or figure.is_bound or figure.is_change:
            continue
        words = draft.lexicon.mentions(figure.clause, "services", "hurt", "counted")
        key = tuple(sorted({m.name if m.group != "hurt" else "hurt" for m in words}))
        if len(key) < 2:
            continue
        first = seen.setdefault(key, figure)
        if first.passage is not figure.passage and not first.agrees(figure):
            values = {"first": first.text, "line": first.line, "second": figure.text}
            yield Finding(figure.line, "figures-disagree.count", values)


RULE = Rule("figures-disagree", check)
