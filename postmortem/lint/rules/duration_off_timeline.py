"""How long it lasted, as told, is a time between a beginning and an end that the timeline shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from postmortem.lint.acts import read_acts
from postmortem.lint.clauses import Clause, clauses, sentences
from postmortem.lint.clock import Clock, Length, Lengths, Span, clocks, durations, format_time
from postmortem.lint.document import Passage
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.origins import find_origins

_TOLD_IN = {"summary", "impact", "scope", "detection", "metrics", ""}
_KNOWN = {"detected", "alarm", "acknowledged"}
_EXACT, _ABOUT = 0.05, 0.10
_LEAST_SECONDS = 60.0
_RANGE_THEN = re.compile(r"^\s*[~–—-]\s*$|^\s*(?:to|until|부터|에서)\s*$")
_BETWEEN = re.compile(r"\bbetween\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class _Claim:
    """A told length. what: ``impact`` or ``detection``."""

    passage: Passage
    span: Span
    text: str
    what: str
    tolerance_seconds: float


def check(draft: Draft) -> Iterator[Finding]:
    """Lengths beside the range that they are of, and lengths of the impact and until it was known."""
    yield from _ranges(draft)
    marks = _marks(draft)
    for claim in _claims(draft):
        begins, ends = marks[0], marks[1 if claim.what == "impact" else 2]
        lengths = [end - begin for begin in begins for end in ends if end > begin]
        if not lengths or any(
            abs(length - claim.span.seconds) <= claim.tolerance_seconds for length in lengths
        ):
            continue
        values = {
            "told": claim.text,
            "shown": Lengths(min(lengths), max(lengths)),
            "fits": _fitting(claim, draft),
        }
        line = claim.passage.line_at(claim.span.start)
        yield Finding(
            line, f"duration-off-timeline.{claim.what}" + (".fits" if values["fits"] else ""), values
        )


def _marks(draft: Draft) -> tuple[list[float], list[float], list[float]]:
    """When it may have begun, ended and been known, by the timeline and by what is labelled so.

    It begins at a row up to the one in which somebody knew of it; it ends where rows say so.
    """
    words, origins = draft.lexicon, find_origins(draft)
    at_rows: list[tuple[float, str, set[str]]] = []
    for row in draft.rows:
        at = row.at
        if at is None and origins.best is not None and (origins.stated is not None or origins.is_one):
            at = origins.best + (row.t_plus or 0.0)
        if at is not None and row.passage.section.role == "timeline":
            at_rows.append((at, row.text, {act.name for act in read_acts(row.text, words)}))
    at_rows.sort(key=lambda row: row[0])
    ends = [at for at, text, names in at_rows if "normal" in names]
    known = [at for at, _, names in at_rows if names & _KNOWN]
    last = min([*known[:1], *ends[:1]], default=float("inf"))
    begins = [at for at, _, _ in at_rows if at <= last]
    for passage in draft.document.passages:
        told = [draft.axis.place(c, begins[0] if begins else None) for c in clocks(passage.text)]
        begins += told[:1] if words.has(passage.text, "impact_start") and len(told) == 1 else []
        ends += told[:1] if words.has(passage.text, "impact_end") and len(told) == 1 else []
    return begins, ends, known


def _claims(draft: Draft) -> Iterator[_Claim]:
    for passage in draft.document.passages:
        if passage.section.role not in _TOLD_IN or any(row.passage is passage for row in draft.rows):
            continue
        for clause in clauses(passage.text) if not passage.cells else [Clause(passage.text, 0)]:
            found = [span for span in durations(clause.text) if span.step_seconds <= 3600]
            what = _what(clause.text, found[0], draft) if len(found) == 1 else None
            if what:
                yield _claim(passage, clause, found[0], what, draft)


def _claim(passage: Passage, clause: Clause, span: Span, what: str, draft: Draft) -> _Claim:
    is_about = draft.lexicon.has(clause.text[max(0, span.start - 16) : span.end + 6], "about")
    tolerance = max(_LEAST_SECONDS, span.step_seconds if span.step_seconds < 3600 else 1800.0)
    tolerance = max(tolerance, (_ABOUT if is_about else _EXACT) * span.seconds)
    placed = Span(span.seconds, span.step_seconds, clause.start + span.start, clause.start + span.end)
    return _Claim(passage, placed, clause.text[span.start : span.end], what, tolerance)


def _what(text: str, span: Span, draft: Draft) -> str | None:
    """Whether a clause tells how long it hurt, or how long nobody knew."""
    words = draft.lexicon
    ahead, behind = text[: span.start], text[span.end :]
    if words.has(text, "detecting"):
        return "detection"
    if words.has(ahead, "lasting") or words.has(behind[:24], "lasting"):
        return "impact"
    is_length = re.match(r"\s?(?:간|동안|에 걸쳐)", behind) or re.search(
        r"\b(?:for|over)\s+(?:about |around |roughly |some |nearly )?$", ahead
    )
    if is_length and words.has(text, "hurt"):
        return "impact"
    return (
        "impact"
        if re.match(
            r"[\s-]*(?:of )?(?:outage|downtime|disruption|degradation|incident)\b|\s?(?:의\s)?(?:장애|중단)",
            behind,
        )
        else None
    )


def _fitting(claim: _Claim, draft: Draft) -> str:
    """Between which rows of the timeline it would fit."""
    times = sorted({row.at for row in draft.rows if row.at is not None})
    pairs = [
        f"{format_time(first)}–{format_time(last)}"
        for first in times
        for last in times
        if abs(last - first - claim.span.seconds) <= _LEAST_SECONDS
    ]
    return ", ".join(pairs[:3])


def _ranges(draft: Draft) -> Iterator[Finding]:
    """`10:05–10:50 (45 min)`: the length beside a range is the range's."""
    for passage in draft.document.passages:
        for sentence in sentences(passage.text):
            told = list(clocks(sentence.text))
            lengths = list(durations(sentence.text))
            if len(told) != 2 or len(lengths) != 1 or not _is_range(sentence.text, told[0], told[1]):
                continue
            if not re.match(r"^[^\w]{0,4}\(|^,?\s?(?:for\b|\d|총|about)", sentence.text[told[1].end :]):
                continue
            begin = draft.axis.place(told[0])
            length = draft.axis.place(told[1], begin) - begin
            if abs(length - lengths[0].seconds) > max(_LEAST_SECONDS, _EXACT * length):
                values = {"told": sentence.text[lengths[0].start : lengths[0].end], "length": Length(length)}
                yield Finding(passage.line_at(sentence.start), "duration-off-timeline.range", values)


def _is_range(text: str, first: Clock, last: Clock) -> bool:
    """`10:05–10:50`, `10:05 to 10:50`, `between 10:05 and 10:50`."""
    then = text[first.end : last.start]
    is_between = _BETWEEN.search(text[: first.start]) is not None and then.strip().lower() == "and"
    return is_between or _RANGE_THEN.match(then) is not None


RULE = Rule("duration-off-timeline", check)
