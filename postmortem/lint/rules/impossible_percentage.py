"""Percentages that cannot be: more than all, 70 % of five things, parts that do not add up to the whole."""

import re
from collections.abc import Iterator

from postmortem.lint.document import Passage
from postmortem.lint.figures import Figure
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.items import read_items
from postmortem.lint.shares import read_shares
from postmortem.lint.values import Unit

_SHARES = {"error_ratio", "miss_share", "success_ratio", "hit_ratio", "disk_use", "memory", "abandonment"}
_RESOURCES = {"disk_use", "memory"}
_REQUEST = re.compile(
    r"\b(?:requests?|requested|reservations?|reserved|quotas?)\b"
    r"|요청량|요청값|요청\s?대비|예약량|할당량|쿼터",
    re.IGNORECASE,
)
# Nothing begins within a number: a long one would be tried from each of its digits.
_PERCENT = r"(?<![\d.,])(?P<percent>\d+(?:\.\d+)?)\s?(?:%|percent|퍼센트)"
_COUNT = r"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+|\d+)"
_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_NATIVE = {"두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10}
# What can be had in part: time, memory, rates; and a number that goes on.
_MEASURED = (
    r"(?:(?:milli|micro|nano)?seconds?|secs?|ms|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|quarters?|years?"
    r"|[smhd]|[kmgt]i?b|(?:kilo|mega|giga|tera)?bytes?|v?cpus?|v?cores?|rps|qps|\w+ (?:per|a) |dollars?"
    r"|euros?|won|krw|usd|eur|percent|thousand|million|billion|bn|k)\b"
)
# The processors of ten nodes can be used to any part: what is counted is not what the share is of.
_THEIRS = r"(?:[a-z-]+\s+){0,2}[a-z-]+(?:s['’]|['’]s)\s"
_FEW = (
    re.compile(
        rf"{_PERCENT}\s+of\s+(?:the\s+|our\s+|all\s+)?(?P<whole>{_COUNT}|{'|'.join(_WORDS)})"
        rf"\s+(?!{_MEASURED}|{_THEIRS})[a-z]",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<whole>{_COUNT}|{'|'.join(_NATIVE)})\s?(?:개|가지|건|대|곳|명)\s?(?:항목|과제|조치)?\s?(?:중|의)\s?(?:약\s?)?{_PERCENT}"
    ),
)
_FEW_AT_MOST = 50


def check(draft: Draft) -> Iterator[Finding]:
    """Shares above all, shares of counted things, progress of counted items, parts of a whole."""
    figures = [f for f in draft.figures if f.unit is Unit.PERCENT]
    for figure in figures:
        if figure.metric in _SHARES and figure.value > 100 and not (figure.is_change or _is_of_less(figure)):
            yield Finding(figure.line, "impossible-percentage.above", {"value": figure.text})
    for passage in draft.document.passages:
        yield from _of_counts(passage)
        yield from _of_few(passage)
    yield from _of_items(draft, figures)
    yield from _parts(draft, figures)


def _is_of_less(figure: Figure) -> bool:
    """Whether it is a share of what was asked for, or allowed, which more than that can be used of."""
    return bool(_REQUEST.search(figure.clause)) and figure.metric in _RESOURCES


def _of_counts(passage: Passage) -> Iterator[Finding]:
    """`3 of 5 (70 %)`, `4.1 % of 30,000 (1,530)`."""
    for share in read_shares(passage.text):
        if not share.agrees():
            values = {"told": share.percent.text, "part": share.part.text, "whole": share.whole.text}
            real = 100 * share.part.value / share.whole.value
            yield Finding(
                passage.line_at(share.offset),
                "impossible-percentage.count",
                {**values, "real": f"{real:.3g}"},
            )


def _of_few(passage: Passage) -> Iterator[Finding]:
    """`70 % of five items`."""
    for found in (f for pattern in _FEW for f in pattern.finditer(passage.text)):
        whole = _number(found["whole"])
        if 0 < whole <= _FEW_AT_MOST and not _can_be(float(found["percent"]), whole, _half(found["percent"])):
            values = {"told": found["percent"], "whole": whole, "near": _near(float(found["percent"]), whole)}
            yield Finding(passage.line_at(found.start()), "impossible-percentage.few", values)


def _of_items(draft: Draft, figures: list[Figure]) -> Iterator[Finding]:
    """A state of a horizon's items in per cent: as many items as it has can be done, no part of one."""
    items = read_items(draft)
    for figure in figures:
        if figure.passage.section.role != "tracking" or not draft.lexicon.has(figure.clause, "done"):
            continue
        horizon = draft.lexicon.first(figure.passage.text, "horizons")
        if horizon is None:
            continue
        whole = sum(item.section.horizon == horizon for item in items)
        half = 5.0 if figure.is_about else (figure.high - figure.low) / 2
        if whole and not _can_be(figure.value, whole, half):
            values = {"told": f"{figure.value:g}", "whole": whole, "near": _near(figure.value, whole)}
            yield Finding(figure.line, "impossible-percentage.few", values)


def _parts(draft: Draft, figures: list[Figure]) -> Iterator[Finding]:
    """Shares of what is called a breakdown: never more than all, and all of it where a rest is named."""
    groups: dict[tuple[int, int], list[Figure]] = {}
    for figure in figures:
        passage = figure.passage
        key = (
            (passage.section.line, passage.list_id)
            if passage.cells or passage.kind == "item"
            else (passage.line, -1)
        )
        if _is_breakdown(figure, draft) and not figure.is_change:
            groups.setdefault(key, []).append(figure)
    for group in groups.values():
        total, slack = sum(f.value for f in group), sum((f.high - f.low) / 2 for f in group)
        has_rest = any(draft.lexicon.has(f.passage.text, "rest") for f in group)
        if len(group) > 1 and (total > 100 + slack or (has_rest and total < 100 - slack)):
            yield Finding(group[0].line, "impossible-percentage.parts", {"total": f"{total:g}"})


def _is_breakdown(figure: Figure, draft: Draft) -> bool:
    passage = figure.passage
    named = [passage.section.heading, *(cell.header for cell in passage.cells)]
    if not passage.cells:
        named.append(passage.text)
    return any(draft.lexicon.has(text, "breakdown") for text in named)


def _can_be(percent: float, whole: int, half: float) -> bool:
    return abs(percent - 100 * round(percent * whole / 100) / whole) <= half + 1e-9


def _near(percent: float, whole: int) -> str:
    """The nearest that can be: 60 % or 80 %."""
    below = int(percent * whole / 100)
    return " / ".join(f"{100 * n / whole:.3g}%" for n in (below, below + 1) if n <= whole)


def _number(text: str) -> int:
    known = _WORDS.get(text.lower()) or _NATIVE.get(text)
    return known or int(text.replace(",", ""))


def _half(percent: str) -> float:
    return 0.5 * 10.0 ** -len(percent.partition(".")[2]) + 1e-9


RULE = Rule("impossible-percentage", check)
