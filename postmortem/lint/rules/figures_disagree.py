"""Figures of one thing that cannot both be true."""

from collections.abc import Iterator
from itertools import combinations

from postmortem.lint.acts import read_acts
from postmortem.lint.clock import format_time
from postmortem.lint.figures import Figure, Place, read_figures
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.values import Unit

_BETTER_HIGH = {"hit_ratio", "success_ratio"}
_BETTER_LOW = {"error_ratio", "miss_share", "latency", "cpu", "memory", "disk_use", "backlog"}


def check(draft: Draft) -> Iterator[Finding]:
    """One finding a line, for the first way in which it disagrees."""
    figures = [
        f
        for f in read_figures(draft)
        if f.metric and not f.is_change and f.metric not in {"traffic", "revenue", "abandonment"}
    ]
    told: set[int] = set()
    for rule in (_peaks, _worse_than_peak, _of_one_moment, _after):
        for key, one, other in rule(figures, draft):
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


def _what(figure: Figure) -> _What:
    """Figures that measure one thing have one of these."""
    return figure.unit, figure.metric, figure.percentile


def _subjects(figures: list[Figure]) -> dict[_What, set[str]]:
    """The services of which each thing is told."""
    found: dict[_What, set[str]] = {}
    for figure in figures:
        found.setdefault(_what(figure), set()).update({figure.subject} - {""})
    return found


def _pairs(figures: list[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Two of one thing and one service, in two passages."""
    groups: dict[_What, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(_what(figure), []).append(figure)
    for what, known in _subjects(figures).items():
        for one, other in combinations(groups[what], 2):
            if one.passage is not other.passage and _same_subject(one, other, known):
                yield one, other


def _same_subject(one: Figure, other: Figure, known: set[str]) -> bool:
    """A figure of no told service may be of any, unless the document has several."""
    return one.subject == other.subject or (len(known) == 1 and not (one.subject and other.subject))


def _peaks(figures: list[Figure], _draft: Draft) -> Iterator[tuple[str, Figure, Figure]]:
    peaks = [f for f in figures if f.is_peak]
    for one, other in _pairs(peaks):
        if not one.agrees(other) and one.place is other.place:
            yield "peak", one, other


def _worse_than_peak(figures: list[Figure], _draft: Draft) -> Iterator[tuple[str, Figure, Figure]]:
    for one, other in _pairs(figures):
        for peak, figure in ((one, other), (other, one)):
            if peak.is_peak and figure.at is not None and not figure.is_bound and _is_worse(figure, peak):
                yield "worse", figure, peak


def _is_worse(figure: Figure, peak: Figure) -> bool:
    if figure.metric in _BETTER_HIGH:
        return figure.high < peak.low
    return figure.metric in _BETTER_LOW and figure.low > peak.high


def _of_one_moment(figures: list[Figure], _draft: Draft) -> Iterator[tuple[str, Figure, Figure]]:
    for one, other in _pairs([f for f in figures if f.at is not None]):
        if one.at == other.at and not one.agrees(other):
            yield "moment", one, other


def _after(figures: list[Figure], draft: Draft) -> Iterator[tuple[str, Figure, Figure]]:
    """What a summary says of the time after, beside the row in which all was back to normal."""
    normal = {
        id(row.passage)
        for row in draft.rows
        if any(act.name == "normal" for act in read_acts(row.text, draft.lexicon))
    }
    last: dict[tuple[_What, str], Figure] = {}
    for figure in figures:
        if id(figure.passage) in normal:
            last[_what(figure), figure.subject] = figure
    for one, other in _pairs(figures):
        for row, summary in ((one, other), (other, one)):
            is_told = summary.passage.section.role in {"metrics", "summary"} and summary.at is None
            is_last = last.get((_what(row), row.subject)) is row
            if is_told and is_last and summary.place is Place.AFTER and not row.agrees(summary):
                yield "after", row, summary


def _counts(draft: Draft) -> Iterator[Finding]:
    """How many of a thing were hurt, told twice."""
    seen: dict[tuple[str, ...], Figure] = {}
    for figure in read_figures(draft):
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
