"""Values of templates, their types, and how Go prints them."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

Value = Any


_TYPES = {
    bool: "bool",
    int: "int",
    float: "float64",
    str: "string",
    dict: "map[string]string",
    list: "template.queryResult",
}


class Struct(dict[str, Value]):
    """A value with fields in their order: another one is an error, where of labels it is empty."""


def go_type(value: Value) -> str:
    """The name of a value's type in Go."""
    if isinstance(value, Struct):
        return "*template.sample" if list(value) == ["Labels", "Value"] else "struct"
    return _TYPES[type(value)]


def number_of(value: Value) -> float:
    """A number, or a text that spells one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"can't convert {go_type(value)} to float: {spell(value)!r}")
    return float(value)


def spell(value: Value) -> str:
    """A value as Go's templates print it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return go_float(value)
    if isinstance(value, Struct):
        return "{" + " ".join(map(spell, value.values())) + "}"
    if isinstance(value, list):
        return "[" + " ".join(map(spell, value)) + "]"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{spell(value[key])}" for key in sorted(value)) + "]"
    return str(value)


def go_float(value: float) -> str:
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


def significant(number: float) -> str:
    """Go's ``%.4g``."""
    if not math.isfinite(number):
        return go_float(number)
    return f"{number:.4g}"


def spell_all(values: Sequence[Value]) -> str:
    """Go's ``Sprint``: a space between two of which neither is a text."""
    parts = []
    for number, value in enumerate(values):
        if number and not isinstance(value, str) and not isinstance(values[number - 1], str):
            parts.append(" ")
        parts.append(spell(value))
    return "".join(parts)
