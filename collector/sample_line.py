"""One line of a metrics page: its series, and its numbers as Go reads them."""

import math
import re
import sys

import numpy as np

from collector.labels import METRIC_NAME
from collector.series import Values

MAX_LABELS = 1000

# The quantifiers are possessive: those that go back remember a place for each character.
_SERIES = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)?[ \t]*(\{(?:[^"}]++|"(?:[^"\\]++|\\.)*+")*+\})?')
_NAME_OF_LABEL = r'(?:([a-zA-Z_][a-zA-Z0-9_]*)|"((?:[^"\\]++|\\.)++)")'
_VALUE = r'"((?:[^"\\]++|\\.)*+)"'
LABEL = re.compile(rf"[ \t]*(?:{_NAME_OF_LABEL}[ \t]*=[ \t]*)?{_VALUE}[ \t]*(?:,|$)")
# Prometheus takes pages of the text format without commas, and those of OpenMetrics without a space only.
TEXT_LABEL = re.compile(rf"[ \t]*(?:{_NAME_OF_LABEL}[ \t]*=[ \t]*)?{_VALUE}[ \t]*,?")
OPENMETRICS_LABEL = re.compile(rf"(?:{_NAME_OF_LABEL}=)?{_VALUE}(?:,(?!$)|$)")
_EXEMPLAR_LABEL = re.compile(rf"{_NAME_OF_LABEL}={_VALUE}(?:,(?!$)|$)")
_OPENMETRICS_REST = re.compile(
    r' ([^ ]++)(?: ([^ #][^ ]*+))?(?: # \{((?:[^"}]++|"(?:[^"\\]++|\\.)*+")*+)\} ([^ ]++)(?: ([^ ]++))?)?'
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


def parse_series(
    text: str, max_labels: int = MAX_LABELS, label_form: re.Pattern[str] = LABEL
) -> dict[str, str]:
    """The labels of ``name{a="b"}`` or ``{"name","a"="b"}``, with the name under ``__name__``.

    label_form: how labels are spelled and parted: LABEL, TEXT_LABEL or OPENMETRICS_LABEL.

    Raises:
        ValueError: also at one label too many, before the others are read.
    """
    name, brace, inner = text.partition("{")
    labels = {METRIC_NAME: sys.intern(name.strip(" \t"))} if name.strip(" \t") else {}
    inner = inner[:-1] if brace else ""
    if label_form is not OPENMETRICS_LABEL:
        inner = inner.strip(" \t")
    position = 0
    while position < len(inner):
        match = label_form.match(inner, position)
        if not match:
            raise ValueError(f'expected label="value", found {inner[position : position + 40]!r}')
        label = sys.intern(match.group(1) or _unescaped(match.group(2) or METRIC_NAME))
        if label in labels:
            raise ValueError(f"label {label!r} is given twice")
        if len(labels) >= max_labels:
            raise ValueError(f"expected at most {max_labels} labels (label_limit)")
        labels[label] = _unescaped(match.group(3))
        position = match.end()
    if not labels.get(METRIC_NAME):
        raise ValueError("expected a metric name")
    return labels


def split_openmetrics(rest: str) -> tuple[str, str | None]:
    """The value and the time of what follows a series in OpenMetrics; its exemplar is checked and left out.

    Raises:
        ValueError: for more or less than that, spaces that are not single, or an exemplar that is none.
    """
    found = _OPENMETRICS_REST.fullmatch(rest)
    if not found:
        raise ValueError(f"expected a value and at most a timestamp and an exemplar, found {rest[:60]!r}")
    if found[3] is not None:
        _check_exemplar(found[3], found[4], found[5])
    return found[1], found[2]


def _check_exemplar(labels: str, value: str, at: str | None) -> None:
    position = 0
    while position < len(labels):
        match = _EXEMPLAR_LABEL.match(labels, position)
        if not match:
            raise ValueError(f'expected label="value" of an exemplar, found {labels[position:][:40]!r}')
        position = match.end()
    parse_number(value)
    if at is not None and not math.isfinite(parse_number(at)):
        raise ValueError(f"expected a finite timestamp of an exemplar, found {at[:40]!r}")


def unquoted(text: str) -> str:
    """A name as a comment of a page has it, in quotes or without."""
    return _unescaped(text[1:-1]) if len(text) > 1 and text[0] == text[-1] == '"' else text


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPES[match.group(0)], value) if "\\" in value else value


def is_number(text: str) -> bool:
    """Whether ``parse_number`` reads it, or finds at most that 64 bits do not hold it."""
    return _NUMBER.fullmatch(text) is not None


def parse_number(text: str) -> float:
    """A number as Go reads it, without hexadecimal and underscores."""
    if not is_number(text):
        raise ValueError(f"expected a number, found {text[:40]!r}")
    value = float(text)
    if _is_out_of_range(value, text):
        raise ValueError(f"expected a number that 64 bits hold, found {text[:40]!r}")
    return value


def _is_out_of_range(value: float, text: str) -> bool:
    """Whether a number became infinite that is not spelled so."""
    return math.isinf(value) and "n" not in text.lower()


def read_floats(texts: list[str]) -> Values | None:
    """All numbers at once, or None if one needs a careful look."""
    joined = "".join(texts)
    if "_" in joined or not joined.isascii() or not joined.isprintable():
        return None
    try:
        numbers = np.array(list(map(float, texts)), np.float64)
    except ValueError:
        return None
    infinite = np.flatnonzero(np.isinf(numbers)).tolist()
    return None if any(_is_out_of_range(np.inf, texts[place]) for place in infinite) else numbers
