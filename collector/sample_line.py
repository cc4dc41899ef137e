"""One line of a metrics page: its series, and its numbers as Go reads them."""

import re

import numpy as np

from collector.labels import METRIC_NAME
from collector.series import Values

MAX_LABELS = 1000

# The quantifiers are possessive: those that go back remember a place for each character.
_SERIES = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)?[ \t]*(\{(?:[^"}]++|"(?:[^"\\]++|\\.)*+")*+\})?')
_LABEL = re.compile(
    r'[ \t]*(?:(?:([a-zA-Z_][a-zA-Z0-9_]*)|"((?:[^"\\]++|\\.)++)")[ \t]*=[ \t]*)?'
    r'"((?:[^"\\]++|\\.)*+)"[ \t]*(,|$)'
)
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|(?i:inf(?:inity)?|nan))"
)
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
_ESCAPE = re.compile(r'\\[\\"n]')


def split_series(text: str) -> tuple[str, str]:
    """Parts a sample line into its series and what follows it."""
    match = _SERIES.match(text)
    if not match or not match.end() or not (match.group(1) or match.group(2)):
        raise ValueError(f"expected a metric name, found {text[:40]!r}")
    end = match.end()
    if end == len(text):
        raise ValueError("expected a value, found the end of the line")
    if not match.group(2) and text[end] not in " \t" and text[end - 1] not in " \t":
        raise ValueError(f"expected a space or labels after the name, found {text[end : end + 20]!r}")
    return text[:end].rstrip(" \t"), text[end:]


def parse_series(text: str, max_labels: int = MAX_LABELS) -> dict[str, str]:
    """The labels of ``name{a="b"}`` or ``{"name","a"="b"}``, with the name under ``__name__``.

    Raises:
        ValueError: also at one label too many, before the others are read.
    """
    name, brace, inner = text.partition("{")
    labels = {METRIC_NAME: name.strip(" \t")} if name.strip(" \t") else {}
    inner = inner[:-1].strip(" \t") if brace else ""
    position = 0
    while position < len(inner):
        match = _LABEL.match(inner, position)
        if not match:
            raise ValueError(f'expected label="value", found {inner[position : position + 40]!r}')
        label = match.group(1) or _unescaped(match.group(2) or METRIC_NAME)
        if label in labels:
            raise ValueError(f"label {label!r} is given twice")
        if len(labels) >= max_labels:
            raise ValueError(f"expected at most {max_labels} labels (label_limit)")
        labels[label] = _unescaped(match.group(3))
        position = match.end()
    if not labels.get(METRIC_NAME):
        raise ValueError("expected a metric name")
    return labels


def unquoted(text: str) -> str:
    """A name as a comment of a page has it, in quotes or without."""
    return _unescaped(text[1:-1]) if len(text) > 1 and text[0] == text[-1] == '"' else text


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPES[match.group(0)], value) if "\\" in value else value


def parse_number(text: str) -> float:
    """A number as Go reads it, without hexadecimal and underscores."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"expected a number, found {text[:40]!r}")
    return float(text)


def read_floats(texts: list[str]) -> Values | None:
    """All numbers at once, or None if one needs a careful look."""
    joined = "".join(texts)
    if "_" in joined or not joined.isascii() or "\r" in joined:
        return None
    try:
        return np.array(list(map(float, texts)), np.float64)
    except ValueError:
        return None
