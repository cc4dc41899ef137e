"""Values as Go prints them: ``%v`` and the verbs of ``printf``."""

import math
import re
from decimal import Decimal
from typing import Any

import orjson

Value = Any
_VERB = re.compile(r"%([-+# 0]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")
_WIDEST = 1000  # Go takes a thousand times that; every alert would carry it


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
        return go_float(value)
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
            return go_float(number)
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
