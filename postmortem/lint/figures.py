"""Figures in running text: a value, what it measures, of which service, at which percentile and time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from postmortem.lint.clauses import Clause, clauses
from postmortem.lint.clock import clocks, t_plus_times
from postmortem.lint.document import Kind, Passage
from postmortem.lint.finding import Draft
from postmortem.lint.lexicon import Lexicon
from postmortem.lint.rows import Row
from postmortem.lint.values import VALUE, Unit, amount

_PERCENTILE = re.compile(
    r"(?<![A-Za-z0-9.])[pP](?P<p>\d{2}(?:\.\d+)?|99\d)(?![0-9])|(?P<th>\d{2}(?:\.\d+)?)(?:th\s*percentile|번째\s*백분위|\s*백분위)"
)
_ARROW = re.compile(r"^[^\d,;]{0,6}(?:→|->|=>|⇒)[^\d,;]{0,6}$|^에서\s?$|^\s?to\s?(?:about |around )?$")
_QUOTED = re.compile("‘[^’]*’|“[^”]*”")
_OF_PARTS = {"cpu", "memory", "disk_use", "backlog"}
_RATIOS = frozenset(
    [
        "error_ratio",
        "miss_share",
        "success_ratio",
        "hit_ratio",
        "cpu",
        "memory",
        "disk_use",
        "abandonment",
        "revenue",
        "traffic",
    ]
)


class Place(StrEnum):
    """Where a value stands in `a → b`."""

    ALONE = "alone"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Figure:
    """low, high: what the value as written may be: 1.8 s is 1.75 to 1.85, <0.5 % is anything to 0.55.

    metric, subject, percentile: empty where the text does not tell. text: as written.
    at: when, on the document's axis, where its row or a time in brackets says so; not of what was before.
    row_at: when its row is.
    """

    passage: Passage
    start: int
    text: str
    low: float
    high: float
    value: float
    unit: Unit
    metric: str
    subject: str
    percentile: str
    place: Place
    at: float | None
    row_at: float | None
    is_peak: bool
    is_change: bool
    is_bound: bool
    is_range: bool
    is_about: bool
    clause: str

    @property
    def line(self) -> int:
        return self.passage.line_at(self.start)

    def agrees(self, other: "Figure") -> bool:
        """Whether both may tell one value."""
        return self.unit is other.unit and self.low <= other.high and other.low <= self.high


def read_figures(draft: Draft) -> list[Figure]:
    """All figures of the document in reading order."""
    rows = {id(row.passage): row for row in draft.rows}
    times: dict[int, float] = {}  # of the lists below a row
    found: list[Figure] = []
    for passage in draft.document.passages:
        if passage.section.role == "sources":
            continue
        row = rows.get(id(passage))
        at = row.at if row else times.get(passage.list_id) if passage.depth else None
        if row and row.at is not None:
            times |= dict.fromkeys((child.list_id for child in passage.children), row.at)
        if passage.kind is Kind.ROW and row is None:
            found += _of_cells(passage, draft)
        else:
            found += _Scan(passage, row, at, draft).figures()
    return found


def _of_cells(passage: Passage, draft: Draft) -> Iterator[Figure]:
    """A cell is read behind what names it: the row's label where its column tells when, else its header."""
    label = passage.cells[0] if passage.cells else None
    for cell in passage.cells:
        is_when = draft.lexicon.has(cell.header, "before", "after", "peak", "value")
        named = f"{label.text}: " if label and label is not cell and is_when else f"{cell.header}: "
        peak = draft.lexicon.has(cell.header, "peak")
        after = draft.lexicon.has(cell.header, "after")
        for figure in _Scan(replace(passage, text=named + cell.text), None, None, draft).figures():
            place = Place.AFTER if after and figure.place is Place.ALONE else figure.place
            yield replace(figure, passage=passage, start=0, place=place, is_peak=peak or figure.is_peak)


class _Scan:
    """The figures of one passage."""

    def __init__(self, passage: Passage, row: Row | None, at: float | None, draft: Draft) -> None:
        self._passage, self._at, self._draft = passage, at, draft
        self._lexicon: Lexicon = draft.lexicon
        self._text = _masked(passage.text, row)
        self._percentiles = list(_PERCENTILE.finditer(passage.text))
        for found in self._percentiles:
            self._text = self._text[: found.start()] + "¤" * len(found.group()) + self._text[found.end() :]
        # What stands in quotes is a name: ‘Order availability’ is no availability.
        unquoted = self._lexicon.mentions(
            _QUOTED.sub(lambda q: " " * len(q.group()), passage.text), "metrics"
        )
        self._metrics = unquoted or self._lexicon.mentions(passage.text, "metrics")
        self._subjects = self._lexicon.mentions(passage.text, "services", "parts")
        self._clauses = list(clauses(passage.text))

    def figures(self) -> Iterator[Figure]:
        values = list(VALUE.finditer(self._text))
        for number, value in enumerate(values):
            before = values[number - 1] if number else None
            after = values[number + 1] if number + 1 < len(values) else None
            place = Place.ALONE
            if after and _ARROW.match(self._text[value.end() : after.start()]):
                place = Place.BEFORE
            elif before and _ARROW.match(self._text[before.end() : value.start()]):
                place = Place.AFTER
            yield self._figure(value, place)

    def _figure(self, value: re.Match[str], place: Place) -> Figure:
        unit, low, high, middle = amount(value)
        clause = self._clause(value.start("low"))
        percentile = self._percentile(value.start("low"), clause) if unit is Unit.SECONDS else ""
        metric = self._metric(value, clause, unit) or ("latency" if percentile else "")
        words = self._lexicon
        is_lone = place is not Place.AFTER
        return Figure(
            self._passage,
            value.start("low"),
            value.group().strip(),
            low,
            high,
            middle,
            unit,
            metric,
            self._subject(value.start("low"), metric),
            percentile,
            place,
            self._moment(value, place),
            self._at,
            is_peak=is_lone and words.has(clause.text, "peak"),
            is_change=_is_change(value, clause, words),
            is_bound=bool((value["bound"] and value["bound"] != "~") or value["after"]),
            is_range=value["high"] is not None,
            is_about=words.has(clause.text, "about") or value["bound"] == "~" or value["high"] is not None,
            clause=clause.text,
        )

    def _clause(self, offset: int) -> Clause:
        return next((c for c in self._clauses if c.start <= offset < c.end), Clause(self._passage.text, 0))

    def _metric(self, value: re.Match[str], clause: Clause, unit: Unit) -> str:
        wanted = _RATIOS if unit is Unit.PERCENT else {"latency"} if unit is Unit.SECONDS else set()
        fitting = [m for m in self._metrics if m.name in wanted]
        start, end = value.start("low"), value.end()
        ahead = [m for m in fitting if m.end <= start]
        if near := [m for m in ahead if m.start >= clause.start]:
            return near[-1].name
        if behind := [m for m in fitting if end <= m.start < min(clause.end, end + 40)]:
            return behind[0].name
        return ahead[-1].name if ahead and _belongs(self._text[ahead[-1].end : start]) else ""

    def _percentile(self, offset: int, clause: Clause) -> str:
        ahead = [p for p in self._percentiles if p.end() <= offset]
        if not ahead:
            behind = [p for p in self._percentiles if offset < p.start() < clause.end]
            return _percentile_name(behind[0]) if behind else ""
        return _percentile_name(ahead[-1])

    def _subject(self, offset: int, metric: str) -> str:
        group = "parts" if metric in _OF_PARTS else "services"
        if metric in {"hit_ratio", ""}:
            return ""
        ahead = [m for m in self._subjects if m.group == group and m.end <= offset]
        return ahead[-1].name if ahead else self._following_subject(offset, group)

    def _following_subject(self, offset: int, group: str) -> str:
        clause = self._clause(offset)
        behind = [m for m in self._subjects if m.group == group and offset < m.start < clause.end]
        return behind[0].name if behind else ""

    def _moment(self, value: re.Match[str], place: Place) -> float | None:
        """The time in the brackets behind a value, else that of its row; what was before was before it."""
        behind = self._passage.text[value.end() : value.end() + 30]
        bracket = re.match(r"^[^()|;\d]{0,8}\(([^()]*)\)", behind)
        told = list(clocks(bracket.group(1))) if bracket else []
        if told:
            return self._draft.axis.place(told[-1], self._at)
        return None if place is Place.BEFORE else self._at


def _masked(text: str, row: Row | None) -> str:
    """The text with blanks for its times, so that none of them is read as a value."""
    spans = [(c.start, c.end) for c in clocks(text)] + [(t.start, t.end) for t in t_plus_times(text)]
    spans += [(0, row.offset)] if row else []
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _is_change(value: re.Match[str], clause: Clause, lexicon: Lexicon) -> bool:
    """Told against something else: +300 %, 40 % more."""
    if value["sign"] or value["unit"] == "%p":
        return True
    behind = clause.text[max(0, value.end() - clause.start) :][:24]
    ahead = clause.text[: max(0, value.start("low") - clause.start)][-16:]
    return (
        lexicon.has(behind, "change") or lexicon.has(ahead, "change") or bool(re.search(r"\bby\s*$", ahead))
    )


def _belongs(between: str) -> bool:
    """Whether a value further on is still of a metric: nothing but values and labels lies between."""
    return not re.search(r"[.;](?:\s|$)|\s[-–—]\s", between)


def _percentile_name(found: re.Match[str]) -> str:
    return f"p{found['p'] or found['th']}"


def identify(title: str, lexicon: Lexicon) -> tuple[str, str, str]:
    """Metric, subject and percentile of what a series is called: (latency, order, p99) of `Order p99`."""
    percentile = _PERCENTILE.search(title)
    metric = lexicon.first(title, "metrics") or ("latency" if percentile else "")
    group = "parts" if metric in _OF_PARTS else "services"
    subject = "" if metric in {"hit_ratio", ""} else lexicon.first(title, group) or ""
    return metric, subject, _percentile_name(percentile) if percentile else ""
