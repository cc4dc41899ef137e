"""The functions of alert templates, with Prometheus' spelling of their answers."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import re2

from collector.durations import parse_duration
from collector.relabel import expand

Value = Any
_VERB = re.compile(r"%([-+# 0]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")
_WIDEST = 1000  # Go takes a thousand times that; every alert would carry it
_LARGE = ("", "k", "M", "G", "T", "P", "E", "Z", "Y")
_BINARY = ("", "ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")
_SMALL = ("", "m", "u", "n", "p", "f", "a", "z", "y")


def number_of(value: Value) -> float:
    """A number, or a text that spells one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"expected a number, found {spell(value)!r}")
    return float(value)


def spell(value: Value) -> str:
    """A value as Go's templates print it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _go_float(value)
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{spell(value[key])}" for key in sorted(value)) + "]"
    return str(value)


def _go_float(value: float) -> str:
    """Go's ``%v`` and ``%g``: the shortest exact digits, with an exponent from 1e6 on and below 1e-4."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("+Inf" if value > 0 else "-Inf")
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return repr(value).removesuffix(".0")
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    rest = "".join(map(str, digits[1:]))
    mantissa = f"{digits[0]}.{rest}" if rest else f"{digits[0]}"
    return f"{'-' if sign else ''}{mantissa}e{exponent + len(digits) - 1:+03d}"


def truth(value: Value) -> bool:
    """What ``if`` makes of a value: zero and empty are false."""
    return bool(value)


def humanize(value: Value) -> str:
    """SI prefixes, four significant digits."""
    number = number_of(value)
    if number == 0 or not math.isfinite(number):
        return _significant(number)
    if abs(number) >= 1:
        return _scaled(number, _LARGE, 1000.0)
    step = 0
    while abs(number) < 1 and step < len(_SMALL) - 1:
        number *= 1000
        step += 1
    return _significant(number) + _SMALL[step]


def humanize1024(value: Value) -> str:
    """Binary prefixes, four significant digits."""
    number = number_of(value)
    if abs(number) <= 1 or not math.isfinite(number):
        return _significant(number)
    return _scaled(number, _BINARY, 1024.0)


def _scaled(number: float, prefixes: tuple[str, ...], base: float) -> str:
    step = 0
    while abs(number) >= base and step < len(prefixes) - 1:
        number /= base
        step += 1
    return _significant(number) + prefixes[step]


def _significant(number: float) -> str:
    """Go's ``%.4g``."""
    if not math.isfinite(number):
        return _go_float(number)
    return f"{number:.4g}"


def humanize_percentage(value: Value) -> str:
    """A ratio as a percentage."""
    return f"{_significant(number_of(value) * 100)}%"


def humanize_duration(value: Value) -> str:
    """Seconds as days, hours, minutes and seconds."""
    number = number_of(value)
    if not math.isfinite(number):
        return _significant(number)
    if abs(number) >= 1:
        return _long_duration(number)
    if number == 0:
        return "0s"
    step = 0
    while abs(number) < 1 and step < len(_SMALL) - 1:
        number *= 1000
        step += 1
    return f"{_significant(number)}{_SMALL[step]}s"


def _long_duration(number: float) -> str:
    sign, whole = ("-", int(-number)) if number < 0 else ("", int(number))
    days, hours, minutes, seconds = whole // 86400, whole // 3600 % 24, whole // 60 % 60, whole % 60
    if days:
        return f"{sign}{days}d {hours}h {minutes}m {seconds}s"
    if hours:
        return f"{sign}{hours}h {minutes}m {seconds}s"
    if minutes:
        return f"{sign}{minutes}m {seconds}s"
    return f"{sign}{_significant(abs(number))}s"


def humanize_timestamp(value: Value) -> str:
    """Unix seconds as a UTC time."""
    number = number_of(value)
    if not math.isfinite(number):
        return _significant(number)
    return (
        datetime.fromtimestamp(number, UTC).strftime("%Y-%m-%d %H:%M:%S") + _fraction(number) + " +0000 UTC"
    )


def _fraction(number: float) -> str:
    digits = f"{number % 1:.3f}"[1:].rstrip("0")
    return digits if len(digits) > 1 else ""


def printf(layout: str, *values: Value) -> str:
    """Go's verbs d, f, g, e, s, v, q, t with flags, width and precision."""
    rest = list(values)

    def verb(match: re.Match[str]) -> str:
        flags, width, precision, kind = match.groups()
        if kind == "%":
            return "%"
        if not rest:
            return f"%!{kind}(MISSING)"
        if int(width or 0) > _WIDEST:
            return "%!(BADWIDTH)"
        if int(precision or 0) > _WIDEST:
            return "%!(BADPREC)"
        return _padded(_verb(kind, precision, flags, rest.pop(0)), flags, width)

    return _VERB.sub(verb, layout)


def _verb(kind: str, precision: str | None, flags: str, value: Value) -> str:
    plus = "+" if "+" in flags else ""
    if kind == "d":
        return f"{int(number_of(value)):{plus}d}"
    if kind in "fFeEgG":
        number = number_of(value)
        if not math.isfinite(number) or (kind in "gG" and precision is None):
            return _go_float(number)
        return f"{number:{plus}.{6 if precision is None else precision}{kind}}"
    if kind in "svt":
        return spell(value) if precision is None else spell(value)[: int(precision)]
    if kind == "q":
        return orjson.dumps(spell(value)).decode()
    return f"%!{kind}({spell(value)})"


def _padded(text: str, flags: str, width: str | None) -> str:
    if width is None:
        return text
    if "-" in flags:
        return text.ljust(int(width))
    return text.zfill(int(width)) if "0" in flags else text.rjust(int(width))


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
