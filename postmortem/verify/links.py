"""The figures of a document, as its Markdown or HTML links them to their lines, or numbers them alone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

_FIGURE = re.compile(
    r"\[(?P<md>[^\]\n]*)\]\(#f(?P<md_number>\d+)\)"
    r'|<a class="figure" href="#f(?P<number>\d+)">(?P<html>[^<]*)</a>'
    r'|<data value="f(?P<lone_number>\d+)">(?P<lone>[^<]*)</data>'
)
_MARKUP = re.compile(r"<[^>]*>|\[\^\d+\]")
_SOURCE = re.compile(r'^\[\^(?P<md>\d+)\]: |^<li id="source-(?P<html>\d+)">')
_DERIVED = re.compile(
    r'<a id="f(?P<md_number>\d+)"></a>\*\*f\d+\*\* `(?P<md>[^`\n]*)` = '
    r'|<li id="f(?P<number>\d+)" data-fact="(?P<html>[^"]*)">'
)

Facts = Mapping[int, str]  # ids by the number of the figure


@dataclass(frozen=True)
class Printed:
    """A figure as it reads, its number or that of its line under "Figures", and where it stands (from 1)."""

    text: str
    number: int
    line: int


def printed_figures(document: str) -> Iterator[Printed]:
    """In reading order."""
    for line, text in enumerate(document.splitlines(), start=1):
        yield from figures_in(text, line)


def figures_in(text: str, line: int = 1) -> Iterator[Printed]:
    """Those of one line."""
    for found in _FIGURE.finditer(text):
        number = found["md_number"] or found["number"] or found["lone_number"]
        printed = found["md"] or found["html"] or found["lone"] or ""
        yield Printed(unescape(printed), int(number), line)


def around_figures(text: str) -> str:
    """The words around them, without tags and marks of sources."""
    return _MARKUP.sub(" ", _FIGURE.sub(" ", text))


def before_figures(text: str) -> str | None:
    """The words ahead of the first of them, None of a text that has none."""
    found = _FIGURE.search(text)
    return None if found is None else _MARKUP.sub(" ", text[: found.start()])


def facts_by_number(document: str) -> Facts:
    """The id of the fact that each line under "Figures" tells of."""
    return {
        int(found["md_number"] or found["number"]): unescape(found["md"] or found["html"] or "")
        for found in _DERIVED.finditer(document)
    }


def defined_by(line: str) -> str | None:
    """Of which figure or source the line tells, as ``f1`` or ``^1``; None of any other line."""
    if derived := _DERIVED.search(line):
        return f"f{derived['md_number'] or derived['number']}"
    source = _SOURCE.match(line)
    return None if source is None else f"^{source['md'] or source['html']}"
