"""Checks one of all expressions that are alike but for plain texts that labels equal."""

import re

from collector.promql.guard import QUOTED, QuerySize
from collector.promql.parse import parse

# Texts and comments are taken whole, so that what looks like a matcher within them is none.
_EQUALLED = re.compile(
    rf'(\b(?!__name__\b)[A-Za-z_]\w*+\s*+!?=\s*+)"\w[\w./:-]*+"|{QUOTED}|\#[^\n]*+', re.DOTALL
)


class ExpressionCheck:
    """Parses expressions, and takes those that only differ in such texts as parsed: no rule looks at them."""

    def __init__(self, size: QuerySize, *, experimental: bool) -> None:
        self._size = size
        self._experimental = experimental
        self._parsed: set[str] = set()

    def __call__(self, expr: str) -> None:
        """Raises ``QueryError`` as ``parse`` does."""
        likeness = _EQUALLED.sub(_without_text, expr)
        if likeness in self._parsed and len(expr) <= self._size.max_length:
            return
        parse(expr, size=self._size, experimental=self._experimental)
        self._parsed.add(likeness)


def _without_text(match: re.Match[str]) -> str:
    return f'{match[1]}"_"' if match[1] else match[0]
