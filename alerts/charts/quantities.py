"""Numbers with their units, and times, as a reader of the language would write them."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.charts.model import Language, Unit

NO_DATA = "–"
_LARGEST = 1e300  # beyond, per cent and milliseconds overflow
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)?")  # what the tz database calls a zone without letters
_BYTE_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_MYRIADS = ((10**12, "조", 10**8, "억"), (10**8, "억", 10**4, "만"), (10**4, "만", 1, ""))


def format_quantity(value: float | None, unit: Unit, language: Language) -> str:
    """The value with its unit: 0.081 as a ratio is 8.1%, 0.18 s is 180ms; what is no number is a dash."""
    if value is None or not abs(value) < _LARGEST:  # nor NaN
        return NO_DATA
    return _FORMATS[unit](value, language)


def format_percent(ratio: float) -> str:
    """A ratio as per cent; short of 100 % it never reads 100 %, and it never reads -0."""
    percent = ratio * 100
    if 0 < abs(percent) < 0.005:
        return "<0.01%" if percent > 0 else ">-0.01%"
    text = _trimmed(percent)
    if text == "100" and percent < 100:
        text = next((t for d in (2, 3) if (t := _fixed(percent, d)) != "100"), "99.999")
    return f"{text}%"


def format_seconds(seconds: float, language: Language) -> str:
    """Milliseconds below a second, seconds below a minute, then two units: 2분 5초, 1 h 5 min."""
    if seconds < 0:
        return f"-{format_seconds(-seconds, language)}"
    korean = language is Language.KO
    if round(seconds, 3) < 1:
        return f"{_trimmed(seconds * 1000)}{'ms' if korean else ' ms'}"
    if round(seconds, 1) < 60:
        return f"{_trimmed(seconds)}{'초' if korean else ' s'}"
    units = ("일", "시간", "분", "초") if korean else (" d", " h", " min", " s")
    rest, parts = round(seconds), []
    for size, name in zip((86_400, 3600, 60, 1), units, strict=True):
        count, rest = divmod(rest, size)
        parts.append((count, name))
    first = next(i for i, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count}{name}" for count, name in parts[first : first + 2] if count)


def format_count(value: float, language: Language) -> str:
    """A whole number: 12,345 in English, 1만 2,345 in Korean."""
    whole = round(value)
    return korean_number(whole) if language is Language.KO else f"{whole:,}"


def korean_number(whole: int) -> str:
    """Grouped by 만, 억, 조, two groups deep: exact below 1억, from there rounded to the second group."""
    sign, rest = ("-", -whole) if whole < 0 else ("", whole)
    for size, name, below, below_name in _MYRIADS:
        if rest < size:
            continue
        high, low = divmod((rest + below // 2) // below, size // below)
        if high >= 10_000 and size < _MYRIADS[0][0]:
            return korean_number(whole // rest * high * size)
        return f"{sign}{high:,}{name}" + (f" {low:,}{below_name}" if low else "")
    return f"{sign}{rest:,}"


def zone_name(at: float, zone: ZoneInfo) -> str:
    """KST, UTC; where the zone has no letters, its offset as people say it: UTC-3, UTC+5:45."""
    name = datetime.fromtimestamp(at, zone).tzname() or zone.key
    if (offset := _OFFSET.fullmatch(name)) is None:
        return name
    sign, hours, minutes = offset.groups()
    return f"UTC{sign}{int(hours)}{f':{minutes}' if minutes else ''}"


def is_shifting(start: float, end: float, zone: ZoneInfo) -> bool:
    """Whether the zone's clocks change between the two, so that one time may come twice."""
    one, other = (datetime.fromtimestamp(at, zone).utcoffset() for at in (start, end))
    return one != other


def format_clock(at: float, zone: ZoneInfo, *, with_seconds: bool = True) -> str:
    """10:05:30, or 10:05."""
    return datetime.fromtimestamp(at, zone).strftime("%H:%M:%S" if with_seconds else "%H:%M")


def format_date(at: float, zone: ZoneInfo) -> str:
    """2025-09-03."""
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d")


def format_moment(at: float, zone: ZoneInfo) -> str:
    """2025-09-03 10:05:30."""
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S")


def _won(value: float, language: Language) -> str:
    whole = round(value)
    if language is Language.EN:
        return f"-₩{-whole:,}" if whole < 0 else f"₩{whole:,}"
    text = korean_number(whole)
    return f"{text} 원" if text[-1] in "만억조" else f"{text}원"


def _bytes(value: float) -> str:
    size, index = value, 0
    while abs(size) >= 1024 and index < len(_BYTE_UNITS) - 1:
        size, index = size / 1024, index + 1
    return f"{_trimmed(size)} {_BYTE_UNITS[index]}"


def _trimmed(value: float) -> str:
    """At most one decimal from 1 up, two below, none from 100 up, and no zeros that say nothing."""
    size = abs(value)
    return _fixed(value, 0 if size >= 99.95 else 1 if size >= 1 else 2)


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _per_second(value: float, language: Language) -> str:
    return f"{_trimmed(value)}{'/초' if language is Language.KO else '/s'}"


def _cores(value: float, language: Language) -> str:
    return f"{_trimmed(value)}{'코어' if language is Language.KO else ' cores'}"


_FORMATS: Mapping[Unit, Callable[[float, Language], str]] = {
    Unit.RATIO: lambda value, _: format_percent(value),
    Unit.SECONDS: format_seconds,
    Unit.PER_SECOND: _per_second,
    Unit.BYTES: lambda value, _: _bytes(value),
    Unit.CORES: _cores,
    Unit.COUNT: format_count,
    Unit.KRW: _won,
}
