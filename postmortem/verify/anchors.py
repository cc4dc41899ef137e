"""Links and anchors of a document as a reader's program takes them, however they are spelt."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from postmortem.verify.links import Printed, printed_figures

_FRAGMENT = re.compile(r"(?P<file>[^#]*)#f(?P<number>\d+)")
_NOT_IN_ADDRESSES = re.compile(r"[\t\n\r]")  # browsers leave them out
_DATA = "data:application/json"


@dataclass(frozen=True)
class Link:
    """Its address as it is written, its text, and the line where it stands (from 1)."""

    address: str
    text: str
    line: int


@dataclass(frozen=True)
class Anchors:
    """ids: names that links may lead to, with their lines, in reading order."""

    links: tuple[Link, ...]
    ids: tuple[tuple[str, int], ...]

    def other_figures(self, name: str, document: str) -> Iterator[Printed]:
        """Links to figures that are spelt otherwise than reports spell them. name: of the document's file."""
        known = Counter((found.text, found.number) for found in printed_figures(document))
        for link in self.links:
            number = _figure(link.address, name)
            if number is None:
                continue
            known[link.text, number] -= 1
            if known[link.text, number] < 0:
                yield Printed(link.text, number, link.line)

    def repeated(self) -> Iterator[tuple[str, int]]:
        """Names of figures that something else has had before: a reader is led to the first."""
        seen: set[str] = set()
        for name, line in self.ids:
            if re.fullmatch(r"f\d+", name):
                if name in seen:
                    yield name, line
                seen.add(name)

    def carried(self) -> tuple[Link, ...]:
        """Links to JSON inside the page."""
        return tuple(link for link in self.links if link.address.casefold().startswith(_DATA))


def read_anchors(name: str, document: str) -> Anchors:
    """Those of a page, or of Markdown with the HTML in it; the ending of the file's name says which."""
    parser = _Parser()
    pieces = [(None, document)] if name.endswith(".html") else rendered(document)
    for line, text in pieces:
        parser.line = line
        parser.feed(text)
    parser.close()
    return Anchors(tuple(parser.links), tuple(parser.ids))


def _figure(address: str, name: str) -> int | None:
    found = _FRAGMENT.fullmatch(unquote(address))
    return int(found["number"]) if found and found["file"].rpartition("/")[2] in {"", name} else None


def parse_markdown(document: str) -> list[Token]:
    """Its blocks, with tables, HTML and what is struck out."""
    return _markdown().parse(document)


def rendered(document: str) -> Iterator[tuple[int, str]]:
    """The HTML of each block with words in it, and its line."""
    markdown, line = _markdown(), 1
    for token in markdown.parse(document):
        line = line if token.map is None else token.map[0] + 1
        if token.type == "inline":
            yield line, f"{markdown.renderer.render([token], markdown.options, {})}\n"
        elif token.type == "html_block":
            yield line, token.content


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class _Parser(HTMLParser):
    """line: where what is fed stands, unless it is the whole page."""

    def __init__(self) -> None:
        super().__init__()
        self.line: int | None = None
        self.links: list[Link] = []
        self.ids: list[tuple[str, int]] = []
        self._open: Link | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.line or self.getpos()[0]
        given = {name: _NOT_IN_ADDRESSES.sub("", value or "").strip() for name, value in reversed(attrs)}
        self.ids += ((value, line) for value in {given.get("id", ""), given.get("name", "")} if value)
        if tag == "a":
            self._end_link()
            address = given.get("href", given.get("xlink:href"))
            self._open = None if address is None else Link(address, "", line)

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open = Link(self._open.address, self._open.text + data, self._open.line)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()

    def close(self) -> None:
        super().close()
        self._end_link()

    def _end_link(self) -> None:
        if self._open is not None:
            self.links.append(Link(self._open.address, self._open.text.strip(), self._open.line))
        self._open = None
