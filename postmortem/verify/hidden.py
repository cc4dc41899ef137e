"""What makes a document read otherwise than it is written: scripts, styles, generated lines in comments."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from postmortem.verify.anchors import parse_markdown, rendered
from postmortem.verify.difference import NOTHING, Difference

_ACTIVE = {
    *("base", "embed", "form", "frame", "iframe", "link", "meta", "noscript", "object", "script", "style"),
    *("template", "textarea"),
}
_HIDING = {"hidden", "style"}  # attributes
_STRUCK = {"del", "s", "strike"}
_MOST_SHOWN = 60


@dataclass(frozen=True)
class _Thing:
    """told: what it is, all of it. line: from 1, not compared."""

    told: str
    line: int = field(compare=False)


def check_hidden(name: str, document: str, made: str) -> Iterator[Difference]:
    """Each that the text as it was made does not have. name: that of the file, which says what it is."""
    generated = frozenset(line.strip() for line in made.splitlines() if line.strip())
    known = Counter(_things(name, made, frozenset()))
    for thing in _things(name, document, generated):
        known[thing] -= 1
        if known[thing] < 0:
            yield Difference(f"{name}:{thing.line}", thing.told[:_MOST_SHOWN], NOTHING)


def _things(name: str, document: str, generated: frozenset[str]) -> list[_Thing]:
    parser = _Parser(generated)
    if name.endswith(".html"):
        parser.feed(document)
    else:
        for line, text in rendered(document):
            parser.line = line
            parser.feed(text)
        parser.found += _fenced(document, generated)
    parser.close()
    return parser.found


def _fenced(document: str, generated: frozenset[str]) -> Iterator[_Thing]:
    """Code with generated lines in it: figures there are no links."""
    for token in parse_markdown(document):
        if token.type in {"fence", "code_block"} and _holds_any(token.content, generated):
            yield _Thing("generated lines in a code block", 1 + (token.map or [0])[0])


def _holds_any(text: str, generated: frozenset[str]) -> bool:
    return not generated.isdisjoint(line.strip() for line in text.splitlines())


class _Parser(HTMLParser):
    """line: where what is fed stands, unless it is the whole page."""

    def __init__(self, generated: frozenset[str]) -> None:
        super().__init__()
        self.line: int | None = None
        self.found: list[_Thing] = []
        self._generated = generated
        self._active, self._struck = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._struck += tag in _STRUCK
        self._active = tag if tag in {"script", "style"} else ""
        if tag in _ACTIVE - {self._active}:
            self._add(f"<{tag}> {sorted((key, value or '') for key, value in attrs)}")
        elif self._active and attrs:
            self._add(f"<{tag}> {attrs}")
        for key, value in attrs:
            if key.startswith("on") or key in _HIDING or "javascript:" in (value or "").casefold():
                self._add(f"{key}={value}")
            if key == "href" and self._struck > 0 and (value or "").startswith("#f"):
                self._add(f"a figure struck out: {value}")

    def handle_data(self, data: str) -> None:
        if self._active:
            self._add(f"<{self._active}> {data.strip()}")

    def handle_endtag(self, tag: str) -> None:
        self._struck -= tag in _STRUCK
        self._active = ""

    def handle_comment(self, data: str) -> None:
        if _holds_any(data, self._generated):
            self._add("generated lines in a comment")

    def _add(self, told: str) -> None:
        self.found.append(_Thing(told, self.line or self.getpos()[0]))
