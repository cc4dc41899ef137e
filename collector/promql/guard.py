"""Refuses hostile queries before they reach the parser, whose native stack they would overflow."""

import re
from dataclasses import dataclass

from collector.errors import QueryError

# Possessive, and to the end without a last quote: each escaped one would begin another search otherwise.
QUOTED = r""""(?:[^"\\]++|\\.)*+"?|'(?:[^'\\]++|\\.)*+'?|`[^`]*+`?"""
_TOKENS = re.compile(
    rf"{QUOTED}|\#[^\n]*+"
    r"""|[(\[{]|[)\]}]|,|[-+*/%^<>=!]+|\b(?:and|or|unless|atan2)\b""",
    re.IGNORECASE | re.DOTALL,
)
_QUOTES = frozenset("\"'`#")


@dataclass(frozen=True)
class QuerySize:
    """What a query may measure: characters, operators, and how deep its brackets and operators nest.

    max_copies: parts (operators, brackets, commas) times the operators and levels that may stand around them,
    as the parser copies what it has read for each. It takes some 150 bytes for a copy.
    max_regex: instructions of all its compiled regexes; one of seven characters may have 80,000.
    """

    max_length: int = 64 * 1024
    max_operators: int = 500
    max_depth: int = 100
    max_copies: int = 1_000_000
    max_regex: int = 100_000


def check_size(query: str, limits: QuerySize) -> None:
    """Raises ``QueryError`` (bad_data) for a query that is longer or nests deeper than the limits."""
    if not query.strip():
        raise QueryError("1:1: parse error: no expression found in input")
    if len(query) > limits.max_length:
        raise QueryError(
            f"query is too long: {len(query)} characters, at most {limits.max_length} are allowed"
        )
    shape = _shape(query)
    if shape.depth > limits.max_depth:
        raise QueryError(
            f"query nests too deeply: {shape.depth} levels, at most {limits.max_depth} are allowed"
        )
    if shape.operators > limits.max_operators:
        raise QueryError(
            f"query has too many operators: {shape.operators}, at most {limits.max_operators} are allowed"
        )
    if shape.copies > limits.max_copies:
        allowed = limits.max_copies // (shape.operators + shape.depth)
        raise QueryError(
            f"query has too many parts: {shape.parts}, at most {allowed} are allowed"
            f" with {shape.operators} operators and {shape.depth} levels"
        )


@dataclass(frozen=True)
class _Shape:
    operators: int
    depth: int
    parts: int

    @property
    def copies(self) -> int:
        return self.parts * (self.operators + self.depth)


def _shape(query: str) -> _Shape:
    depth = deepest = operators = others = 0
    for match in _TOKENS.finditer(query):
        token = match[0]
        if token[0] in _QUOTES:
            continue
        if token[0] in "([{":
            depth += 1
            others += 1
            deepest = max(deepest, depth)
        elif token[0] in ")]}":
            depth -= 1
        elif token[0] == ",":
            others += 1
        else:
            operators += len(token) if token[0] in "-+" else 1
    return _Shape(operators, deepest, operators + others)
