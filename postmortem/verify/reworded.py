"""Generated lines that people put in other words: told by those that are left, held to their figures."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from postmortem.verify.difference import NOTHING, Difference
from postmortem.verify.links import Facts, Printed, around_figures, figures_in

LIKE = 0.5  # of the words of both, how many are the same: with fewer it is another sentence
_WORD = re.compile(r"[^\W\d_]+")
_FIRST_CELL = re.compile(r'^\|(?P<md>[^|]*[^|\s][^|]*)\||^<tr><th scope="row">(?P<html>.*?)</th>')


@dataclass(frozen=True)
class _Line:
    """figures: of what facts, in reading order. label: the first cell of a table's row, else empty."""

    words: Counter[str]
    label: tuple[str, ...]
    figures: tuple[Printed, ...]
    facts: tuple[str, ...]


class OpenLines:
    """Generated lines that a document does not hold as they were made. facts: what their numbers mean."""

    def __init__(self, lines: Iterable[str], facts: Facts) -> None:
        self._lines = [line for text in sorted(lines) if (line := _read(text, facts)).facts]

    def check(self, texts: Mapping[str, str], facts: Facts) -> Iterator[Difference]:
        """Figures that a reworded line lacks or has in another order. It may be several lines, and have more.

        texts: people's lines by their places. facts: what the document's own numbers mean.
        """
        groups: dict[int, dict[str, _Line]] = defaultdict(dict)
        for place, text in texts.items():
            found = _read(text, facts)
            if (index := self._most_alike(found)) is not None:
                groups[index][place] = found
        for index, lines in groups.items():
            yield from _lacking(self._lines[index], lines)

    def _most_alike(self, found: _Line) -> int | None:
        """Of those with the same words the one that shares most figures."""
        ranks = [(_likeness(line, found), _shared(line.facts, found.facts)) for line in self._lines]
        best = max(range(len(ranks)), key=ranks.__getitem__, default=None)
        return None if best is None or ranks[best][0] <= 0 else best


def _read(text: str, facts: Facts) -> _Line:
    figures = tuple(figures_in(text))
    cell = _FIRST_CELL.match(text)
    label = (cell["md"] or cell["html"] or "") if cell else ""
    named = tuple(facts.get(figure.number, f"f{figure.number}") for figure in figures)
    return _Line(Counter(_words(text)), tuple(_words(label)), figures, named)


def _words(text: str) -> list[str]:
    return _WORD.findall(around_figures(text).lower())


def _likeness(line: _Line, other: _Line) -> float:
    """How many of their words are the same, up to 1; 0 of two that are not the same sentence."""
    shared = 2 * (line.words & other.words).total() / max((line.words + other.words).total(), 1)
    is_same_row = bool(line.label) and line.label == other.label
    return max(shared, LIKE) if is_same_row else shared if shared >= LIKE else 0.0


def _shared(facts: tuple[str, ...], others: tuple[str, ...]) -> int:
    return (Counter(facts) & Counter(others)).total()


def _lacking(line: _Line, found: Mapping[str, _Line]) -> Iterator[Difference]:
    """Placed where another figure stands instead, else at the first of the lines."""
    facts = [fact for one in found.values() for fact in one.facts]
    figures = [(place, figure.text) for place, one in found.items() for figure in one.figures]
    matched = SequenceMatcher(None, line.facts, facts, autojunk=False)
    for what, start, end, since, until in matched.get_opcodes():
        if what in {"replace", "delete"}:
            meant = ", ".join(f"{line.facts[n]} ({line.figures[n].text})" for n in range(start, end))
            instead = figures[since:until]
            place = instead[0][0] if instead else next(iter(found))
            yield Difference(place, ", ".join(text for _, text in instead) or NOTHING, meant)
