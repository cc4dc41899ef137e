"""Refuses hostile queries before they reach the parser, whose native stack they would overflow."""

import re
from dataclasses import dataclass

from collector.errors import QueryError

_TOKENS = re.compile(
    r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\#[^\n]*"""
    r"""|[(\[{]|[)\]}]|[-+*/%^<>=!]+|\b(?:and|or|unless|atan2)\b""",
    re.IGNORECASE | re.DOTALL,
)
_QUOTES = frozenset("\"'`#")


@dataclass(frozen=True)
class QuerySize:
    """What a query may measure: characters, operators, and how deep its brackets and operators nest.

    max_regex: instructions of all its compiled regexes; one of seven characters may have 80,000.
    """

    max_length: int = 64 * 1024
    max_operators: int = 500
    max_depth: int = 100
    max_regex: int = 100_000


def check_size(query: str, limits: QuerySize) -> None:
    """Raises ``QueryError`` (bad_data) for a query that is longer or nests deeper than the limits."""
    if not query.strip():
        raise QueryError("1:1: parse error: no expression found in input")
    if len(query) > limits.max_length:
        raise QueryError(
            f"query is too long: {len(query)} characters, at most {limits.max_length} are allowed"
        )
    depth = deepest = operators = 0
    for match in _TOKENS.finditer(query):
        token = match[0]
        if token[0] in _QUOTES:
            continue
        if token[0] in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in ")]}":
            depth -= 1
        else:
            operators += len(token) if token[0] in "-+" else 1
    if deepest > limits.max_depth:
        raise QueryError(f"query nests too deeply: {deepest} levels, at most {limits.max_depth} are allowed")
    if operators > limits.max_operators:
        raise QueryError(
            f"query has too many operators: {operators}, at most {limits.max_operators} are allowed"
        )
