"""Checks one of all templates whose actions are alike but for raw strings, which no rule looks into."""

import re

from collector.template_pieces import split
from collector.templates import parse_template

_STRINGS = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)+')|`[^`]*`""", re.DOTALL)


class TemplateCheck:
    def __init__(self) -> None:
        self._parsed: set[tuple[str, ...]] = set()

    def __call__(self, text: str) -> None:
        """Raises ``TemplateError`` as ``parse_template`` does."""
        if "{{" not in text:
            return
        likeness = tuple(_STRINGS.sub(_without_raw, piece.text) for piece in split(text) if piece.is_action)
        if likeness in self._parsed:
            return
        parse_template(text)
        self._parsed.add(likeness)


def _without_raw(match: re.Match[str]) -> str:
    return match[1] or "``"
