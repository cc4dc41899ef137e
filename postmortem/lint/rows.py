"""The rows of timelines: lines that begin with a clock time, a T+ time, or both."""

import re
from dataclasses import dataclass

from postmortem.lint.clock import DAY, ZONE, Clock, clocks, t_plus_times, zone_shift_seconds
from postmortem.lint.document import Document, Passage

_LEAD = re.compile(r"^[\s\-–—*•|(\[]*")
_BETWEEN = re.compile(r"^[\s:)\]\-–—|,]*")
_T_IN_TEXT = re.compile(r"^[\s(\[,/|]*$")
_RANGE = re.compile(r"^\s*[~–—-]\s*$")
_BACK_SECONDS = 6 * 3600.0  # a row this much before the one above it is of the next day


@dataclass(frozen=True)
class Row:
    """at: seconds on the document's own axis, days counted from its first; None where only T+ is told.

    until: where a row tells a range. text: without its times, from ``offset`` on in the passage's text.
    """

    passage: Passage
    at: float | None
    t_plus: float | None
    step_seconds: float
    until: float | None
    offset: int
    t_text: str = ""

    @property
    def text(self) -> str:
        return self.passage.text[self.offset :]

    @property
    def line(self) -> int:
        return self.passage.line


@dataclass(frozen=True)
class Axis:
    """Where the document's times lie. zone: the one its times are told in, if it says so."""

    zone: str
    first_day: int | None

    def place(self, clock: Clock, after: float | None = None) -> float:
        """Seconds on the axis; a time without a date is of the day of ``after``, or of the one after it."""
        second = clock.second + zone_shift_seconds(clock.zone, self.zone)
        if clock.day is not None and self.first_day is not None:
            return second + (clock.day - self.first_day) * DAY
        if after is None:
            return second
        second += DAY * (after // DAY)
        return second + DAY if second < after - _BACK_SECONDS else second


def read_rows(document: Document) -> tuple[Axis, tuple[Row, ...]]:
    """All rows in reading order, and the axis on which their times lie."""
    axis = Axis(_zone(document), _first_day(document))
    rows: list[Row] = []
    last: dict[int, float] = {}
    for passage in document.passages:
        row = _row(passage, axis, last.get(passage.section.line))
        if row is None or passage.section.role == "sources":
            continue
        if row.at is not None:
            last[passage.section.line] = row.at
        rows.append(row)
    return axis, tuple(rows)


def _zone(document: Document) -> str:
    """That of a timeline's heading, or else the first that is told with a time."""
    for section in document.sections:
        if section.role == "timeline" and (found := re.search(rf"\b{ZONE}", section.heading)):
            return found.group()
    return next((c.zone for p in document.passages for c in clocks(p.text) if c.zone), "")


def _first_day(document: Document) -> int | None:
    return min((c.day for p in document.passages for c in clocks(p.text) if c.day is not None), default=None)


def _row(passage: Passage, axis: Axis, after: float | None) -> Row | None:
    text = passage.text
    begin = _LEAD.match(text)
    place = begin.end() if begin else 0
    clock = next((c for c in clocks(text) if c.start == place), None)
    until = None
    if clock:
        place = clock.end
        later = next((c for c in clocks(text) if c.start >= place), None)
        if later and _RANGE.match(text[place : later.start]):
            until, place = later, later.end
    t_plus = next((t for t in t_plus_times(text) if t.start >= place), None)
    if t_plus and _T_IN_TEXT.match(text[place : t_plus.start]):
        place = t_plus.end
    else:
        t_plus = None
    if clock is None and t_plus is None:
        return None
    rest = _BETWEEN.match(text[place:])
    at = axis.place(clock, after) if clock else None
    return Row(
        passage,
        at,
        t_plus.seconds if t_plus else None,
        clock.step_seconds if clock else 60.0,
        axis.place(until, at) if until else None,
        place + (rest.end() if rest else 0),
        text[t_plus.start : t_plus.end].strip() if t_plus else "",
    )
