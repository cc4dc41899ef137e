"""A document's lines beside the generated ones, whatever people did to others.

A line that still has the generated words must have the generated quantities too, wherever it is wrapped:
numbers with their units, of which a length of time has several. One in other words is a person's, but for the
figures that stood in it. How figures came about, sources and charts are nobody's to change.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from postmortem.verify.copies import check_copies
from postmortem.verify.difference import NOTHING, Difference
from postmortem.verify.links import defined_by, facts_by_number
from postmortem.verify.quantities import around_quantities, quantities
from postmortem.verify.reworded import OpenLines

_BEGINS_ANEW = re.compile(r"\s*(?:[-*+#>|<]|\d+[.)]\s|\[\^|$)")
_CHART = re.compile(r'^<figure class="chart".*?^</figure>$', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class _Piece:
    """A line, or several that were wrapped. line: the number of the first, from 1."""

    line: int
    text: str

    @property
    def numbers(self) -> range:
        return range(self.line, self.line + self.text.count("\n") + 1)


class GeneratedLines:
    """The lines of a document as it was made. kept: texts in it whose numbers people keep up to date."""

    def __init__(self, document: str, kept: Sequence[str] = ()) -> None:
        self._charts = frozenset(_CHART.findall(document))
        lines = _CHART.sub("", document).splitlines()
        self._lines = frozenset(lines)
        self._by_words: dict[str, list[str]] = defaultdict(list)
        for line in self._lines:
            self._by_words[around_quantities(line)].append(line)
        self._defining = {name: line for line in lines if (name := defined_by(line))}
        self._facts = facts_by_number(document)
        self._kept = [around_quantities(text) for text in kept]

    def compare(self, name: str, document: str) -> tuple[list[Difference], tuple[int, ...]]:
        """Where the document's figures differ, and which of its lines are people's, from 1."""
        pieces = [*self._pieces(_without_charts(document))]
        made = {piece: self._by_words.get(around_quantities(piece.text), []) for piece in pieces}
        differences = [*self._check_charts(name, document)]
        for piece, lines in made.items():
            if lines and not self._is_kept(piece.text):
                differences += _differing(f"{name}:{piece.line}", piece.text, lines)
        theirs = {f"{name}:{piece.line}": piece.text for piece, lines in made.items() if not lines}
        differences += self._check_definitions(theirs)
        known = {line for lines in made.values() for line in lines}.union(document.splitlines())
        waiting = OpenLines((line for line in self._lines - known if not self._is_kept(line)), self._facts)
        differences += waiting.check(theirs, facts_by_number(document))
        differences += check_copies(theirs, self._lines & known)
        written = [piece for piece, lines in made.items() if not lines]
        return differences, tuple(number for piece in written for number in piece.numbers)

    def _is_kept(self, line: str) -> bool:
        return any(text in around_quantities(line) for text in self._kept)

    def _pieces(self, document: str) -> Iterator[_Piece]:
        """What is not there as it was made; blank lines are nothing."""
        open_: list[str] = []
        for number, line in enumerate([*document.splitlines(), ""], start=1):
            is_made = line in self._lines or not line.strip()
            if open_ and (is_made or _BEGINS_ANEW.match(line)):
                yield _Piece(number - len(open_), "\n".join(open_))
                open_ = []
            if not is_made:
                open_.append(line)

    def _check_definitions(self, theirs: Mapping[str, str]) -> Iterator[Difference]:
        """Notes of people's own are theirs; whatever says how a figure came about is generated."""
        for place, line in theirs.items():
            name = defined_by(line)
            if name is not None and (name in self._defining or name.startswith("f")):
                yield Difference(place, line, self._defining.get(name, NOTHING))

    def _check_charts(self, name: str, document: str) -> Iterator[Difference]:
        """Those that are others than were made, and those that are not there, however they were taken out."""
        lacking = self._charts.difference(_CHART.findall(document))
        for found in _CHART.finditer(document):
            if found[0] not in self._charts:
                lines, nearest = found[0].splitlines(), self._nearest_chart(found[0])
                lacking -= {nearest}
                first = document.count("\n", 0, found.start()) + 1
                yield _first_other(name, first, lines, nearest.splitlines())
        for chart in sorted(lacking):
            yield Difference(f"{name}: chart", NOTHING, chart.partition("\n")[0])

    def _nearest_chart(self, chart: str) -> str:
        """The one that is most like it; empty where none was made."""

        def alike(made: str) -> int:
            return sum(a == b for a, b in zip(made.splitlines(), chart.splitlines(), strict=False))

        return max(sorted(self._charts), key=alike, default="")


def _first_other(name: str, first: int, lines: Sequence[str], made: Sequence[str]) -> Difference:
    """The first line that differs from those that were made."""
    known = dict(enumerate(made))
    at = next((n for n, line in enumerate(lines) if line != known.get(n)), len(lines) - 1)
    return Difference(f"{name}:{first + at}", lines[at], known.get(at, NOTHING))


def _without_charts(document: str) -> str:
    """As many lines as before."""
    return _CHART.sub(lambda found: "\n" * found[0].count("\n"), document)


def _differing(place: str, line: str, generated: Sequence[str]) -> Iterator[Difference]:
    """The quantities that differ from those of the generated line that is most like this one."""
    found = quantities(line)
    candidates = [quantities(candidate) for candidate in sorted(generated)]
    nearest = max(candidates, key=lambda numbers: sum(a == b for a, b in zip(numbers, found, strict=True)))
    yield from (Difference(place, a, b) for a, b in zip(found, nearest, strict=True) if a != b)
