"""Go's ``printf``: each verb for the types that it has there, and what it says of others."""

import math
import re
from dataclasses import dataclass

import orjson

from collector.go_format import Value, go_float, go_type, spell

_VERB = re.compile(r"%([-+# 0]*)(\d+)?(?:\.(\d*))?(.)?", re.DOTALL)
_WIDEST = 1000  # Go takes a thousand times that; every alert would carry it
_BASES = {"b": "b", "d": "d", "o": "o", "O": "o", "x": "x", "X": "X"}
_PREFIXES = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}


@dataclass(frozen=True)
class _Verb:
    """Flags, precision and kind of one verb; a precision of None is none."""

    flags: str
    precision: int | None
    kind: str

    @property
    def sign(self) -> str:
        return "+" if "+" in self.flags else " " if " " in self.flags else "-"


def printf(layout: str, *values: Value) -> str:
    """Go's verbs with flags, width and precision; not ``*`` and ``[n]``."""
    rest = list(values)
    text = _VERB.sub(lambda match: _filled(match, rest), layout)
    if rest:
        text += f"%!(EXTRA {', '.join(_named(value) for value in rest)})"
    return text


def _filled(match: re.Match[str], rest: list[Value]) -> str:
    flags, width, precision, kind = match.groups()
    if kind is None or kind == "%":
        return "%" if kind else "%!(NOVERB)"
    if not rest:
        return f"%!{kind}(MISSING)"
    value = rest.pop(0)
    if max(int(width or 0), int(precision or 0)) > _WIDEST:
        return "%!(BADWIDTH)" if int(width or 0) > _WIDEST else "%!(BADPREC)"
    text = _spelled(_Verb(flags, None if precision is None else int(precision or 0), kind), value)
    if text is None:
        return f"%!{kind}({_named(value)})"
    return _padded(text, flags, int(width or 0), value)


def _named(value: Value) -> str:
    return f"{go_type(value)}={spell(value)}"


def _spelled(verb: _Verb, value: Value) -> str | None:
    """The value as the verb wants it; None where its type has no such verb."""
    if verb.kind == "T":
        return go_type(value)
    match value:
        case bool():
            return spell(value) if verb.kind in "tv" else None
        case int():
            return _whole(verb, value)
        case float():
            return _float(verb, value)
        case str():
            return _text(verb, value)
    return spell(value) if verb.kind in "sv" else None


def _whole(verb: _Verb, value: int) -> str | None:
    if verb.kind in {"c", "q", "U"}:
        return _character(verb.kind, value)
    base = _BASES.get("d" if verb.kind == "v" else verb.kind)
    if base is None:
        return None
    digits = f"{abs(value):{base}}".rjust(verb.precision or 0, "0")
    prefix = "0o" if verb.kind == "O" else _PREFIXES.get(verb.kind, "") if "#" in verb.flags else ""
    return ("-" if value < 0 else verb.sign.strip("-")) + prefix + digits


def _character(kind: str, value: int) -> str:
    shown = chr(value) if 0 <= value <= 0x10FFFF and not 0xD800 <= value < 0xE000 else "\ufffd"
    return {"c": shown, "q": f"'{shown}'", "U": f"U+{value:04X}"}[kind]


def _float(verb: _Verb, value: float) -> str | None:
    kind = "g" if verb.kind == "v" else verb.kind
    if kind not in "fFeEgGxX":
        return None
    if not math.isfinite(value):
        return _not_finite(verb, value)
    if kind in "xX":
        text = _hexadecimal(value)
    elif kind in "gG" and verb.precision is None:
        text = go_float(value)
    else:
        text = f"{value:.{6 if verb.precision is None else verb.precision}{kind}}"
    text = text.upper() if kind in "GX" else text
    return text if text.startswith("-") else verb.sign.strip("-") + text


def _not_finite(verb: _Verb, value: float) -> str:
    """An infinity always has a sign, a NaN where one is asked for; a space may stand for it."""
    sign = verb.sign.strip("-")
    if value < 0 or not (sign or math.isinf(value)):
        return go_float(value)
    return (sign or "+") + go_float(value).removeprefix("+")


def _hexadecimal(value: float) -> str:
    mantissa, _, exponent = value.hex().partition("p")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}p{int(exponent):+03d}"


def _text(verb: _Verb, value: str) -> str | None:
    shown = value if verb.precision is None else value[: verb.precision]
    match verb.kind:
        case "s":
            return shown
        case "v":
            return _quoted(shown) if "#" in verb.flags else shown
        case "q":
            return _quoted(shown)
        case "x" | "X":
            text = shown.encode().hex(" ") if " " in verb.flags else shown.encode().hex()
            return text.upper() if verb.kind == "X" else text
    return None


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()


def _padded(text: str, flags: str, width: int, value: Value) -> str:
    if "-" in flags:
        return text.ljust(width)
    is_number = not isinstance(value, float) or math.isfinite(value)
    return text.zfill(width) if "0" in flags and is_number else text.rjust(width)
