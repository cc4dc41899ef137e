"""The text of a template in pieces: what is written as it stands, and actions in ``{{ }}``."""

import re
from dataclasses import dataclass

from collector.errors import TemplateError

_ACTION = re.compile(r"\{\{(-(?=\s))?(.*?)((?<=\s)-)?\}\}", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    text: str
    is_action: bool


def split(text: str) -> list[Piece]:
    """Text and actions in turn; ``{{-`` and ``-}}`` eat the spaces beside them."""
    pieces: list[Piece] = []
    position, trim = 0, False
    for match in _ACTION.finditer(text):
        before = text[position : match.start()]
        before = before.lstrip() if trim else before
        pieces.append(Piece(before.rstrip() if match.group(1) else before, is_action=False))
        inner = match.group(2).strip()
        if not inner.startswith("/*"):
            pieces.append(Piece(inner, is_action=True))
        position, trim = match.end(), bool(match.group(3))
    rest = text[position:]
    if "{{" in rest:
        raise TemplateError(f"expected }}}} after {rest[rest.index('{{') :][:40]!r}")
    pieces.append(Piece(rest.lstrip() if trim else rest, is_action=False))
    return pieces
