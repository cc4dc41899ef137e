"""The numbers in a document's generated lines, whatever people did to the others.

A line whose words are others than the generated ones is a person's. One that still has the generated words
must have the generated numbers too.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from postmortem.verify.difference import Difference

_NUMBER = re.compile(r"[-+−]?\d+(?:[.,:]\d+)*")


class GeneratedLines:
    """The lines of a document as it was made. kept: texts in it whose numbers people keep up to date."""

    def __init__(self, document: str, kept: Sequence[str] = ()) -> None:
        self._lines = frozenset(document.splitlines())
        self._by_words: dict[str, list[str]] = defaultdict(list)
        for line in self._lines:
            self._by_words[_words(line)].append(line)
        self._kept = [_words(text) for text in kept]

    def compare(self, name: str, document: str) -> tuple[list[Difference], int]:
        """Where the document's numbers differ, and how many of its lines are people's."""
        differences: list[Difference] = []
        theirs = 0
        for number, line in enumerate(document.splitlines(), start=1):
            if not line.strip() or line in self._lines:
                continue
            generated = self._by_words.get(_words(line))
            if generated is None:
                theirs += 1
            elif not any(text in _words(line) for text in self._kept):
                differences += _differing(f"{name}:{number}", line, generated)
        return differences, theirs


def _differing(place: str, line: str, generated: Sequence[str]) -> Iterator[Difference]:
    """The numbers that differ from those of the generated line that is most like this one."""
    found = _NUMBER.findall(line)
    candidates = [_NUMBER.findall(candidate) for candidate in sorted(generated)]
    nearest = max(candidates, key=lambda numbers: sum(a == b for a, b in zip(numbers, found, strict=True)))
    yield from (Difference(place, a, b) for a, b in zip(found, nearest, strict=True) if a != b)


def _words(line: str) -> str:
    return _NUMBER.sub("#", line)
