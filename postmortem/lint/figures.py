"""Figures in running text: a value, what it measures, of which service, at which percentile and time."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from postmortem.lint.clauses import Clause, clauses
from postmortem.lint.clock import clocks, t_plus_times
from postmortem.lint.document import Document, Kind, Passage
from postmortem.lint.identity import group_of, name_beside, percentiles, whose
from postmortem.lint.lexicon import Lexicon, Mention
from postmortem.lint.parts import Parts
from postmortem.lint.rows import Axis, Row
from postmortem.lint.values import VALUE, Unit, amount

_ARROW = re.compile(r"^[^\d,;]{0,6}(?:→|->|=>|⇒)[^\d,;]{0,6}$|^에서\s?$|^\s?to\s?(?:about |around )?$")
_QUOTED = re.compile("‘[^’]*’|“[^”]*”")
# What ends a sentence or a thought; looked for at each letter, as two of them may share a space.
_BREAK = re.compile(r"(?=([.;](?:\s|$)|\s[-–—]\s))")
# How much it grew by, not what to: "grew 120%", "120% 늘었다".
_GREW = re.compile(
    r"\b(?:gr[eo]wn?|r[oi]sen?|climbed|jumped|surged|soared|increased|f[ae]ll(?:en)?|dropped|declined|shrank|decreased)"
    r"\s+(?:about |around |roughly |some |nearly |almost |over )?$",
    re.IGNORECASE,
)
_GREW_BEHIND = re.compile(r"^\s?(?:정도\s|가량\s)?(?:늘|줄|커졌|작아졌)")
_METRICS_IN = {
    Unit.PERCENT: frozenset(
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
    ),
    Unit.SECONDS: frozenset(["latency"]),
}


_Key = TypeVar("_Key", bound=Hashable)


class Place(StrEnum):
    """Where a value stands in `a → b`."""

    ALONE = "alone"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Figure:
    """low, high: what the value as written may be: 1.8 s is 1.75 to 1.85, <0.5 % is anything to 0.55.

    metric, subject, percentile: empty where the text does not tell. text: as written.
    subject: a name of the lexicon, or words that name what is measured; is_carried: by an earlier clause.
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
    is_carried: bool
    clause: str

    @property
    def line(self) -> int:
        return self.passage.line_at(self.start)

    def agrees(self, other: "Figure") -> bool:
        """Whether both may tell one value."""
        return self.unit is other.unit and self.low <= other.high and other.low <= self.high


def grouped(figures: Iterable[Figure], key: Callable[[Figure], _Key]) -> dict[_Key, list[Figure]]:
    """Figures by what they share, in the order given."""
    groups: dict[_Key, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(key(figure), []).append(figure)
    return groups


def read_figures(document: Document, lexicon: Lexicon, axis: Axis, rows: Sequence[Row]) -> tuple[Figure, ...]:
    """All figures of the document in reading order. axis, rows: of the document's times."""
    row_of = {id(row.passage): row for row in rows}
    times: dict[int, float] = {}  # of the lists below a row
    found: list[Figure] = []
    for passage in document.passages:
        if passage.section.role == "sources":
            continue
        row = row_of.get(id(passage))
        at = row.at if row else times.get(passage.list_id) if passage.depth else None
        if row and row.at is not None:
            times |= dict.fromkeys((child.list_id for child in passage.children), row.at)
        if passage.kind is Kind.ROW and row is None:
            found += _of_cells(passage, lexicon, axis)
        else:
            found += _Scan(passage, row, at, lexicon, axis).figures()
    return tuple(found)


def _of_cells(passage: Passage, lexicon: Lexicon, axis: Axis) -> Iterator[Figure]:
    """A cell is read behind what names it: the row's label where its column tells when, else its header."""
    label = passage.cells[0] if passage.cells else None
    for cell in passage.cells:
        is_when = lexicon.has(cell.header, "before", "after", "peak", "value")
        name = label.text if label and label is not cell and is_when else cell.header
        peak = lexicon.has(cell.header, "peak")
        after = lexicon.has(cell.header, "after")
        read = replace(passage, text=f"{name}: {cell.text}")
        for figure in _Scan(read, None, None, lexicon, axis, name=name).figures():
            place = Place.AFTER if after and figure.place is Place.ALONE else figure.place
            yield replace(figure, passage=passage, start=0, place=place, is_peak=peak or figure.is_peak)


class _Scan:
    """The figures of one passage."""

    def __init__(
        self,
        passage: Passage,
        row: Row | None,
        at: float | None,
        lexicon: Lexicon,
        axis: Axis,
        *,
        name: str = "",
    ) -> None:
        self._name = name  # of what is measured, where the whole passage is of it
        self._passage, self._at, self._lexicon, self._axis = passage, at, lexicon, axis
        told = list(percentiles(passage.text))
        self._text = _blanked(_masked(passage.text, row), ((p.start, p.end) for p in told), "¤")
        self._percentiles = Parts(told)
        # What stands in quotes is a name: ‘Order availability’ is no availability.
        unquoted = lexicon.mentions(_QUOTED.sub(lambda q: " " * len(q.group()), passage.text), "metrics")
        metrics = unquoted or lexicon.mentions(passage.text, "metrics")
        self._metrics = {
            unit: Parts([m for m in metrics if m.name in names]) for unit, names in _METRICS_IN.items()
        }
        subjects = lexicon.mentions(passage.text, "services", "parts")
        self._subjects = {
            group: Parts([m for m in subjects if m.group == group]) for group in ("services", "parts")
        }
        self._clauses = Parts(list(clauses(passage.text)))
        self._breaks = Parts([Clause(f.group(1), f.start()) for f in _BREAK.finditer(self._text)])

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
        clause = self._clauses.around(value.start("low")) or Clause(self._passage.text, 0)
        percentile = self._percentile(value.start("low"), clause) if unit is Unit.SECONDS else None
        measure = self._metric(value, clause, unit)
        metric = measure.name if measure else "latency" if percentile else ""
        subject, is_carried = self._subject(value.start("low"), metric, clause, measure or percentile)
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
            subject,
            percentile.name if percentile else "",
            place,
            self._moment(value, place),
            self._at,
            is_peak=is_lone and words.has(clause.text, "peak"),
            is_change=_is_change(value, clause, words, place),
            is_bound=bool((value["bound"] and value["bound"] != "~") or value["after"]),
            is_range=value["high"] is not None,
            is_about=words.has(clause.text, "about") or value["bound"] == "~" or value["high"] is not None,
            is_carried=is_carried,
            clause=clause.text,
        )

    def _metric(self, value: re.Match[str], clause: Clause, unit: Unit) -> Mention | None:
        fitting = self._metrics.get(unit)
        if fitting is None:
            return None
        start, end = value.start("low"), value.end()
        ahead = fitting.last_until(start)
        if ahead and ahead.start >= clause.start:
            return ahead
        behind = fitting.first_from(end)
        if behind and behind.start < min(clause.end, end + 40):
            return behind
        return ahead if ahead and self._belongs(ahead.end, start) else None

    def _belongs(self, behind: int, offset: int) -> bool:
        """Whether a value further on is still of a metric: nothing but values and labels lies between."""
        broken = self._breaks.first_from(behind)
        ends_so = behind < offset and self._text[offset - 1] in ".;"
        return not ends_so and (broken is None or broken.end > offset)

    def _percentile(self, offset: int, clause: Clause) -> Mention | None:
        ahead = self._percentiles.last_until(offset)
        if ahead:
            return ahead
        behind = self._percentiles.first_from(offset)
        return behind if behind and behind.start < clause.end else None

    def _subject(self, offset: int, metric: str, clause: Clause, measure: Mention | None) -> tuple[str, bool]:
        """Whose it is, and whether an earlier clause tells so: words beside the measure's name are nearer."""
        if not metric or measure is None:
            return "", False
        own = self._clauses.around(measure.start) or clause
        fitting = None if metric == "hit_ratio" else self._subjects[group_of(metric)]
        ahead = fitting.last_until(offset) if fitting else None
        behind = fitting.first_from(offset) if fitting else None
        if ahead and ahead.start >= own.start:
            return ahead.name, False
        if behind and offset < behind.start < clause.end:
            return behind.name, False
        shift = own.start
        here = Mention(measure.group, measure.name, measure.start - shift, measure.end - shift)
        if name := whose(name_beside(own.text, here) or self._name, metric, self._lexicon):
            return name, False
        return (ahead.name, True) if ahead else ("", False)

    def _moment(self, value: re.Match[str], place: Place) -> float | None:
        """The time in the brackets behind a value, else that of its row; what was before was before it."""
        behind = self._passage.text[value.end() : value.end() + 30]
        bracket = re.match(r"^[^()|;\d]{0,8}\(([^()]*)\)", behind)
        told = list(clocks(bracket.group(1))) if bracket else []
        if told:
            return self._axis.place(told[-1], self._at)
        return None if place is Place.BEFORE else self._at


def _masked(text: str, row: Row | None) -> str:
    """The text with blanks for its times, so that none of them is read as a value."""
    spans = [(c.start, c.end) for c in clocks(text)] + [(t.start, t.end) for t in t_plus_times(text)]
    return _blanked(text, spans + ([(0, row.offset)] if row else []), " ")


def _blanked(text: str, spans: Iterable[tuple[int, int]], by: str) -> str:
    letters = list(text)
    for start, end in spans:
        letters[start:end] = by * (end - start)
    return "".join(letters)


def _is_change(value: re.Match[str], clause: Clause, lexicon: Lexicon, place: Place) -> bool:
    """Told against something else: +300 %, 40 % more, grew 40 %; not rose 8 % → 12 %."""
    if value["sign"] or value["unit"] == "%p":
        return True
    ends, begins = max(0, value.end() - clause.start), max(0, value.start("low") - clause.start)
    behind, ahead = clause.text[ends : ends + 24], clause.text[max(0, begins - 24) : begins]
    if place is Place.ALONE and (_GREW.search(ahead) or _GREW_BEHIND.match(behind)):
        return True
    by = re.search(r"\bby\s*$", ahead)
    return lexicon.has(behind, "change") or lexicon.has(ahead[-16:], "change") or by is not None
