"""The functions of alert templates."""

from collections.abc import Callable

import re2

from collector.durations import parse_duration
from collector.go_format import Value, printf, spell
from collector.humanize import (
    humanize,
    humanize1024,
    humanize_duration,
    humanize_percentage,
    humanize_timestamp,
)
from collector.relabel import expand


def truth(value: Value) -> bool:
    """What ``if`` makes of a value: zero and empty are false."""
    return bool(value)


def _equal(first: Value, *others: Value) -> bool:
    return any(first == other for other in others)


def _first(samples: list[Value]) -> Value:
    if not samples:
        raise ValueError("first() called on vector with no elements")
    return samples[0]


def _replace_all(pattern: str, replacement: str, text: str) -> str:
    # A replacement that is text comes out of re2 as UTF-8 read as Latin-1; what a function gives does not.
    return str(re2.sub(pattern, lambda match: expand(replacement, match), text))


def _all_of(*values: Value) -> Value:
    return next((value for value in values if not truth(value)), values[-1])


def _any_of(*values: Value) -> Value:
    return next((value for value in values if truth(value)), values[-1])


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "and": _all_of,
    "eq": _equal,
    "first": _first,
    "ge": lambda a, b: a >= b,
    "gt": lambda a, b: a > b,
    "humanize": humanize,
    "humanize1024": humanize1024,
    "humanizeDuration": humanize_duration,
    "humanizePercentage": humanize_percentage,
    "humanizeTimestamp": humanize_timestamp,
    "index": lambda values, key: values.get(key, ""),
    "label": lambda name, sample: sample["Labels"].get(name, ""),
    "le": lambda a, b: a <= b,
    "len": lambda value: float(len(value)),
    "lt": lambda a, b: a < b,
    "match": lambda pattern, text: bool(re2.search(pattern, text)),
    "ne": lambda a, b: a != b,
    "not": lambda value: not truth(value),
    "or": _any_of,
    "parseDuration": parse_duration,
    "print": lambda *values: "".join(map(spell, values)),
    "printf": printf,
    "reReplaceAll": _replace_all,
    "stripPort": lambda text: text.rpartition(":")[0] or text,
    "title": lambda text: " ".join(word[:1].upper() + word[1:] for word in text.split(" ")),
    "toLower": lambda text: text.lower(),
    "toUpper": lambda text: text.upper(),
    "value": lambda sample: sample["Value"],
}
