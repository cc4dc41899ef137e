"""Numbers for people, as Prometheus' templates write them."""

import math
from datetime import UTC, datetime

from collector.go_format import Value, number_of, significant

_LARGE = ("", "k", "M", "G", "T", "P", "E", "Z", "Y")
_BINARY = ("", "ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")
_SMALL = ("", "m", "u", "n", "p", "f", "a", "z", "y")


def humanize(value: Value) -> str:
    """SI prefixes, four significant digits."""
    number = number_of(value)
    if number == 0 or not math.isfinite(number):
        return significant(number)
    if abs(number) >= 1:
        return _scaled(number, _LARGE, 1000.0)
    step = 0
    while abs(number) < 1 and step < len(_SMALL) - 1:
        number *= 1000
        step += 1
    return significant(number) + _SMALL[step]


def humanize1024(value: Value) -> str:
    """Binary prefixes, four significant digits."""
    number = number_of(value)
    if abs(number) <= 1 or not math.isfinite(number):
        return significant(number)
    return _scaled(number, _BINARY, 1024.0)


def _scaled(number: float, prefixes: tuple[str, ...], base: float) -> str:
    step = 0
    while abs(number) >= base and step < len(prefixes) - 1:
        number /= base
        step += 1
    return significant(number) + prefixes[step]


def humanize_percentage(value: Value) -> str:
    """A ratio as a percentage."""
    return f"{significant(number_of(value) * 100)}%"


def humanize_duration(value: Value) -> str:
    """Seconds as days, hours, minutes and seconds."""
    number = number_of(value)
    if not math.isfinite(number):
        return significant(number)
    if abs(number) >= 1:
        return _long_duration(number)
    if number == 0:
        return "0s"
    step = 0
    while abs(number) < 1 and step < len(_SMALL) - 1:
        number *= 1000
        step += 1
    return f"{significant(number)}{_SMALL[step]}s"


def _long_duration(number: float) -> str:
    sign, whole = ("-", int(-number)) if number < 0 else ("", int(number))
    days, hours, minutes, seconds = whole // 86400, whole // 3600 % 24, whole // 60 % 60, whole % 60
    if days:
        return f"{sign}{days}d {hours}h {minutes}m {seconds}s"
    if hours:
        return f"{sign}{hours}h {minutes}m {seconds}s"
    if minutes:
        return f"{sign}{minutes}m {seconds}s"
    return f"{sign}{significant(abs(number))}s"


def humanize_timestamp(value: Value) -> str:
    """Unix seconds as a UTC time."""
    number = number_of(value)
    if not math.isfinite(number):
        return significant(number)
    milliseconds = int(number * 1000)
    at = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}{_fraction(milliseconds % 1000)} +0000 UTC"


def _fraction(milliseconds: int) -> str:
    digits = f".{milliseconds:03d}".rstrip("0")
    return digits if len(digits) > 1 else ""
