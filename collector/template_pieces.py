"""The text of a template in pieces: what is written as it stands, and actions in ``{{ }}``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from collector.errors import TemplateError

# What looks like an end within a string or a comment is none.
_ACTION = re.compile(
    r"""
    \{\{ (-(?=\s))?
    ( (?: [^"`/] | "(?:[^"\\]|\\.)*" | `[^`]*` | /\*.*?\*/ | /(?!\*) )*? )
    ((?<=\s)-)? \}\}
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class Piece:
    text: str
    is_action: bool


def split(text: str) -> list[Piece]:
    """Text and actions in turn; ``{{-`` and ``-}}`` eat the spaces beside them."""
    pieces: list[Piece] = []
    position, trim = 0, False
    for match in _actions(text):
        before = text[position : match.start()]
        before = before.lstrip() if trim else before
        pieces.append(Piece(before.rstrip() if match.group(1) else before, is_action=False))
        inner = match.group(2).strip()
        if not inner.startswith("/*"):
            pieces.append(Piece(inner, is_action=True))
        position, trim = match.end(), bool(match.group(3))
    rest = text[position:]
    pieces.append(Piece(rest.lstrip() if trim else rest, is_action=False))
    return pieces


def _actions(text: str) -> Iterator[re.Match[str]]:
    """Raises TemplateError at the first that does not end: to look for the ends of others takes long."""
    begin = text.find("{{")
    while begin >= 0:
        match = _ACTION.match(text, begin)
        if match is None:
            raise TemplateError(f"expected }}}} after {text[begin:][:40]!r}")
        yield match
        begin = text.find("{{", match.end())
