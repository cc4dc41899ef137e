"""label_replace and label_join."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import re2

from collector.errors import QueryError
from collector.labels import METRIC_NAME, Labels
from collector.promql.limits import Budget
from collector.promql.value import Vector, checked_unique
from collector.regexes import anchored_regex

_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_LONGEST_VALUE = 64 * 1024
_SAMPLE_BYTES = 16
_REFERENCE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})", re.ASCII)


def label_replace(
    value: Vector, target: str, template: str, source: str, pattern: str, *, budget: Budget
) -> Vector:
    """Sets ``target`` to the template, filled with what the pattern captures in ``source``, if it matches.

    budget: pays for the time, as patterns may be large, and for the text of the values, which may be long.
    """
    try:
        regex = anchored_regex(pattern)
    except re2.error as error:
        raise _invalid(f"invalid regular expression in label_replace(): {pattern}") from error
    if not _LABEL_NAME.fullmatch(target):
        raise _invalid(f"invalid destination label name in label_replace(): {target}")
    texts: list[str | None] = []
    for labels in value.labels:
        budget.check_time()
        match = regex.fullmatch(labels.get(source))
        texts.append(None if match is None else _filled(template, match))
        _pay(texts[-1], budget)
    return _relabelled(value, target, texts)


def label_join(
    value: Vector, target: str, separator: str, sources: Sequence[str], *, budget: Budget
) -> Vector:
    """Sets ``target`` to the values of the sources, joined. budget: as of ``label_replace``."""
    for name in sources:
        if not _LABEL_NAME.fullmatch(name):
            raise _invalid(f"invalid source label name in label_join(): {name}")
    if not _LABEL_NAME.fullmatch(target):
        raise _invalid(f"invalid destination label name in label_join(): {target}")
    texts: list[str | None] = []
    for labels in value.labels:
        texts.append(_joined(separator, [labels.get(name) for name in sources]))
        _pay(texts[-1], budget)
    return _relabelled(value, target, texts)


def _relabelled(value: Vector, target: str, texts: Sequence[str | None]) -> Vector:
    """Sets the label in each series; None leaves a series as it is."""
    labels: list[Labels] = []
    unnamed = value.unnamed.copy()
    for row, (before, text) in enumerate(zip(value.labels, texts, strict=True)):
        labels.append(before if text is None else before.merged({target: text}))
        unnamed[row] &= text is None or target != METRIC_NAME
    return checked_unique(replace(value, labels=tuple(labels), unnamed=np.asarray(unnamed)))


def _pay(text: str | None, budget: Budget) -> None:
    """For text as for samples that take as much memory."""
    budget.spend(len(text or "") // _SAMPLE_BYTES)


def _joined(separator: str, parts: Sequence[str]) -> str:
    _check_length(sum(map(len, parts)) + len(separator) * (len(parts) - 1))
    return separator.join(parts)


def _check_length(length: int) -> None:
    """Raises before a value is made that is too long: a label may hold 64 KiB and a query repeat it."""
    if length > _LONGEST_VALUE:
        raise _invalid(f"label value is too long: at most {_LONGEST_VALUE} characters are allowed")


def _filled(template: str, match: "re2._Match[str]") -> str:
    """Go's Regexp.Expand: ``$1``, ``${1}``, ``$name``, ``$$``; what was not captured is empty."""
    filled, length, end = [], 0, 0
    for reference in _REFERENCE.finditer(template):
        filled += [template[end : reference.start()], _referred(reference, match)]
        length += len(filled[-2]) + len(filled[-1])
        _check_length(length)
        end = reference.end()
    _check_length(length + len(template) - end)
    return "".join(filled) + template[end:]


def _referred(reference: "re.Match[str]", match: "re2._Match[str]") -> str:
    dollar, bare, braced = reference.groups()
    if dollar:
        return "$"
    name = bare or braced
    if name.isdigit() and name.startswith("0") and name != "0":
        return ""  # Go reads no number with leading zeros
    try:
        return match.group(int(name) if name.isdigit() else name) or ""
    except (IndexError, KeyError, ValueError, re2.error):
        return ""


def _invalid(message: str) -> QueryError:
    return QueryError(message, kind="execution")
