"""The figures of a document, as its Markdown or HTML links them to their lines."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

_FIGURE = re.compile(
    r"\[(?P<md>[^\]\n]*)\]\(#f(?P<md_number>\d+)\)"
    r'|<a class="figure" href="#f(?P<number>\d+)">(?P<html>[^<]*)</a>'
)
_DERIVED = re.compile(
    r'<a id="f(?P<md_number>\d+)"></a>\*\*f\d+\*\* `(?P<md>[^`\n]*)` = '
    r'|<li id="f(?P<number>\d+)" data-fact="(?P<html>[^"]*)">'
)


@dataclass(frozen=True)
class Printed:
    """A figure as it reads, the number of its line under "Figures", and where it stands (from 1)."""

    text: str
    number: int
    line: int


def printed_figures(document: str) -> Iterator[Printed]:
    """In reading order."""
    for line, text in enumerate(document.splitlines(), start=1):
        for found in _FIGURE.finditer(text):
            number, printed = found["md_number"] or found["number"], found["md"] or found["html"] or ""
            yield Printed(unescape(printed), int(number), line)


def facts_by_number(document: str) -> Mapping[int, str]:
    """The id of the fact that each line under "Figures" tells of."""
    return {
        int(found["md_number"] or found["number"]): unescape(found["md"] or found["html"] or "")
        for found in _DERIVED.finditer(document)
    }
