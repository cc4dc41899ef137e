"""Lines of people that say what a generated line beside them says, with other figures."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from postmortem.verify.difference import Difference
from postmortem.verify.links import around_figures, before_figures, figures_in
from postmortem.verify.quantities import around_quantities, quantities

ALIKE = 0.75  # of the words of both; more than a line in another's place needs, as here nothing is gone
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class _Said:
    text: str
    words: Counter[str]
    quantities: frozenset[str]


def check_copies(texts: Mapping[str, str], standing: Iterable[str]) -> Iterator[Difference]:
    """Those without a link that have numbers which the generated line most like them has not.

    texts: people's lines by their places. standing: generated lines that the document still holds. One that
    begins with a figure, as a row of the timeline does, is of a moment, and a line like it is of another.
    """
    unlinked = {place: _read(text) for place, text in texts.items() if before_figures(text) is None}
    numbered = {place: said for place, said in unlinked.items() if said.quantities}
    made = (
        [_read(line) for line in sorted(standing) if _words(before_figures(line) or "")] if numbered else []
    )
    for place, said in numbered.items():
        nearest = max(made, key=lambda line: _likeness(line, said), default=said)
        if _likeness(nearest, said) >= ALIKE and said.quantities - nearest.quantities:
            yield Difference(place, said.text, nearest.text)


def _read(line: str) -> _Said:
    around = around_figures(line)
    texts = [*(figure.text for figure in figures_in(line)), around]
    numbers = frozenset(number for text in texts for number in quantities(text))
    return _Said(line, Counter(_words(around_quantities(around))), numbers)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _likeness(line: _Said, other: _Said) -> float:
    """How many of their words are the same, up to 1."""
    both = (line.words + other.words).total()
    return 2 * (line.words & other.words).total() / max(both, 1)
