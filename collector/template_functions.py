"""The functions of alert templates."""

import inspect
import math
import re
from collections.abc import Callable
from functools import cache, wraps

import re2

from collector.durations import parse_duration
from collector.errors import RelabelError
from collector.go_format import Struct, Value, go_type, spell, spell_all
from collector.go_printf import printf
from collector.humanize import (
    humanize,
    humanize1024,
    humanize_duration,
    humanize_percentage,
    humanize_timestamp,
)
from collector.relabel import expand
from collector.template_state import MOST_MADE

_FIRST_LETTER = re.compile(r"(?<!\w)[^\W\d_]")
_PORT = re.compile(r"(?:\[([^\[\]]*)\]|([^:\[\]]*)):[^:\[\]]*")
_ADDRESS = re.compile(r"[0-9.]+|.*:.*:.*")
_COMPARED = {bool, int, float, str}


def truth(value: Value) -> bool:
    """What ``if`` makes of a value: zero and empty are false."""
    return bool(value)


@cache
def arguments_of(function: Callable[..., Value]) -> tuple[int, float]:
    """How many arguments a function takes, at least and at most."""
    parameters = inspect.signature(function).parameters.values()
    fixed = sum(parameter.kind is not parameter.VAR_POSITIONAL for parameter in parameters)
    return fixed, fixed if fixed == len(parameters) else math.inf


def _of_texts(function: Callable[..., Value]) -> Callable[..., Value]:
    """The function, refusing what is no text as Go does."""

    @wraps(function)
    def checked(*values: Value) -> Value:
        for value in values:
            if not isinstance(value, str):
                raise TypeError(f"wrong type for value; expected string; got {go_type(value)}")
        return function(*values)

    return checked


def _equal(first: Value, *others: Value) -> bool:
    if not others:
        raise TypeError("missing argument for comparison")
    return any(_are_equal(first, other) for other in others)


def _are_equal(a: Value, b: Value) -> bool:
    _check_comparable(a, b)
    return bool(a == b)


def _is_less(a: Value, b: Value) -> bool:
    _check_comparable(a, b)
    if isinstance(a, bool):
        raise TypeError("invalid type for comparison")
    return bool(a < b)


def _is_at_most(a: Value, b: Value) -> bool:
    return _is_less(a, b) or _are_equal(a, b)


def _check_comparable(a: Value, b: Value) -> None:
    """Go compares a whole number with no float: ``gt $value 5`` is an error, ``gt $value 5.0`` is none."""
    if not {type(a), type(b)} <= _COMPARED:
        raise TypeError("invalid type for comparison")
    if type(a) is not type(b):
        raise TypeError(f"incompatible types for comparison: {go_type(a)} and {go_type(b)}")


def _first(samples: Value) -> Value:
    _check_answer(samples)
    if not samples:
        raise ValueError("first() called on vector with no elements")
    return samples[0]


def _sorted_by(label: str, samples: Value) -> Value:
    _check_answer(samples)
    return sorted(samples, key=lambda sample: sample["Labels"].get(label, ""))


def _check_answer(samples: Value) -> None:
    if not isinstance(samples, list):
        raise TypeError(f"wrong type for value; expected template.queryResult; got {go_type(samples)}")


def _field(name: str, sample: Value) -> Value:
    if not isinstance(sample, Struct) or name not in sample:
        raise TypeError(f"wrong type for value; expected *template.sample; got {go_type(sample)}")
    return sample[name]


def _length(value: Value) -> int:
    """Of a text its bytes, as in Go."""
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, dict | list) and not isinstance(value, Struct):
        return len(value)
    raise TypeError(f"len of type {go_type(value)}")


def _index(value: Value, *keys: Value) -> Value:
    for key in keys:
        value = _element(value, key)
    return value


def _element(value: Value, key: Value) -> Value:
    expected = "int" if isinstance(value, list) else "string"
    if not isinstance(value, dict | list) or isinstance(value, Struct):
        raise TypeError(f"can't index item of type {go_type(value)}")
    if go_type(key) != expected:
        raise TypeError(f"value has type {go_type(key)}; should be {expected}")
    if isinstance(value, dict):
        return value.get(key, "")
    if not 0 <= key < len(value):
        raise IndexError(f"index out of range: {key}")
    return value[key]


def _replace_all(pattern: str, replacement: str, text: str) -> str:
    """Counts what it makes on the way: each match may become as long as the replacement is."""
    made = 0

    def replaced(match: "re2._Match[str]") -> str:
        nonlocal made
        try:
            part = expand(replacement, match, MOST_MADE)
        except RelabelError:
            raise ValueError(f"more than {MOST_MADE} characters") from None
        made += len(part)
        if made > MOST_MADE:
            raise ValueError(f"more than {MOST_MADE} characters")
        return part

    # A replacement that is text comes out of re2 as UTF-8 read as Latin-1; what a function gives does not.
    return str(re2.sub(pattern, replaced, text))


def _without_port(address: str) -> str:
    match = _PORT.fullmatch(address)
    return address if match is None else match[1] or match[2] or ""


def _without_domain(address: str) -> str:
    host, port = (
        (match[1] or match[2] or "", address) if (match := _PORT.fullmatch(address)) else (address, "")
    )
    if _ADDRESS.fullmatch(host):
        return address
    short = host.partition(".")[0]
    return f"{short}:{port.rpartition(':')[2]}" if port else short


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "eq": _equal,
    "first": _first,
    "ge": lambda a, b: not _is_less(a, b),
    "gt": lambda a, b: not _is_at_most(a, b),
    "humanize": humanize,
    "humanize1024": humanize1024,
    "humanizeDuration": humanize_duration,
    "humanizePercentage": humanize_percentage,
    "humanizeTimestamp": humanize_timestamp,
    "index": _index,
    "label": lambda name, sample: _element(_field("Labels", sample), name),
    "le": _is_at_most,
    "len": _length,
    "lt": _is_less,
    "match": _of_texts(lambda pattern, text: bool(re2.search(pattern, text))),
    "ne": lambda a, b: not _are_equal(a, b),
    "not": lambda value: not truth(value),
    "parseDuration": _of_texts(parse_duration),
    "print": lambda *values: spell_all(values),
    "printf": printf,
    "println": lambda *values: " ".join(map(spell, values)) + "\n",
    "reReplaceAll": _of_texts(_replace_all),
    "sortByLabel": _sorted_by,
    "stripDomain": _of_texts(_without_domain),
    "stripPort": _of_texts(_without_port),
    "title": _of_texts(lambda text: _FIRST_LETTER.sub(lambda match: match[0].upper(), text)),
    "toLower": _of_texts(lambda text: text.lower()),
    "toUpper": _of_texts(lambda text: text.upper()),
    "value": lambda sample: _field("Value", sample),
}
