"""Prometheus' notation of series in tests: ``up{job="shop"} 1+1x5 _ stale``; names in quotes as in v3."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from collector.labels import METRIC_NAME, Labels
from collector.series import STALE_NAN

_STRING = r'"(?:[^"\\\n]|\\.)*"|' + r"'(?:[^'\\\n]|\\.)*'|`[^`]*`"
_NAME = "[a-zA-Z_][a-zA-Z0-9_]*"
_LABEL = rf"(?:(?:{_NAME}|{_STRING})\s*=\s*)?(?:{_STRING})"
_NAME_AND_VALUE = re.compile(rf"(?:(?:({_NAME})|({_STRING}))\s*=\s*)?({_STRING})")
_METRIC = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)?"
    rf"(?:\{{\s*(?P<labels>(?:{_LABEL}\s*(?:,\s*{_LABEL}\s*)*,?\s*)?)\}})?"
    r"(?=\s|$)"
)
_ESCAPE = re.compile(r"\\(?:x(..)|u(.{4})|U(.{8})|([0-7]{3})|(.))")
_ESCAPED = dict(zip("abfnrtv\\\"'", "\a\b\f\n\r\t\v\\\"'", strict=True))
_DIGITS = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_ITEM = re.compile(
    rf"(?P<first>[-+]?(?:{_DIGITS}|(?i:inf|nan)(?!x)))(?:(?P<step>[-+]{_DIGITS})(?=x))?(?:x(?P<more>[0-9]+))?"
)
_GAP = re.compile(r"_(?:x(?P<gaps>[0-9]+))?")
_OCTAL = re.compile(r"([-+]?)0([0-7]+)")


@dataclass(frozen=True)
class Run:
    """Samples one interval apart, each ``step`` above the one before. ``first`` is None for gaps."""

    first: float | None
    step: float = 0.0
    length: int = 1


def parse_metric(text: str) -> Labels:
    """A series alone; raises as ``split_metric`` does."""
    labels, rest = split_metric(text)
    if rest:
        raise ValueError(f"expected a series, found {rest[:40]!r} after it")
    return labels


def split_metric(text: str) -> tuple[Labels, str]:
    """A series, and the text after it.

    Raises:
        ValueError: naming what is no series.
    """
    text = text.strip()
    match = _METRIC.match(text)
    if match is None:
        raise ValueError(f'expected a series such as up{{job="shop"}}, found {text[:80]!r}')
    pairs = [
        (bare or (_unquoted(quoted) if quoted else METRIC_NAME), _unquoted(value))
        for bare, quoted, value in _NAME_AND_VALUE.findall(match["labels"] or "")
    ]
    if match["name"]:
        pairs.append((METRIC_NAME, match["name"]))
    if len(dict(pairs)) < len(pairs):
        raise ValueError(f"expected each label once, found {text[: match.end()]!r}")
    return Labels(pairs), text[match.end() :].strip()


def parse_values(text: str) -> tuple[Run, ...]:
    """The samples of a series: ``5``, ``1+2x3``, ``1x3``, ``_``, ``_x3`` and ``stale``, one after the other.

    Raises:
        ValueError: naming the item that is not understood.
    """
    if "{{" in text:
        raise ValueError("native histograms, {{…}}, are not supported")
    return tuple(map(_run, text.split()))


def expand(runs: Iterable[Run]) -> Iterator[float | None]:
    """The samples one by one; None is a gap."""
    for run in runs:
        value = run.first
        for _ in range(run.length):
            yield value
            if value is not None:
                value += run.step


def _run(item: str) -> Run:
    if gap := _GAP.fullmatch(item):
        return Run(None, length=int(gap["gaps"] or 1))
    if item == "stale":
        return Run(STALE_NAN)
    match = _ITEM.fullmatch(item)
    if match is None:
        raise ValueError(f"expected a number, a run such as 0+10x5, _ or stale, found {item!r}")
    return Run(_number(match["first"]), _number(match["step"] or "0"), int(match["more"] or 0) + 1)


def _number(text: str) -> float:
    """As Prometheus reads it: 010 is eight."""
    octal = _OCTAL.fullmatch(text)
    return float(int(f"{octal[1]}{octal[2]}", 8)) if octal else float(text)


def _unquoted(text: str) -> str:
    inner = text[1:-1]
    return inner if text.startswith("`") else _ESCAPE.sub(_unescaped, inner)


def _unescaped(match: re.Match[str]) -> str:
    *codes, octal, letter = match.groups()
    if letter is not None and letter in _ESCAPED:
        return _ESCAPED[letter]
    try:
        return chr(int(octal, 8) if octal else int(next(filter(None, codes)), 16))
    except (StopIteration, ValueError, OverflowError) as error:
        raise ValueError(f"expected an escape such as \\n or \\u00e9, found {match[0]!r}") from error
