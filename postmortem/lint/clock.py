"""Times in running text: clock times, T+ times and durations, in seconds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

DAY = 86_400.0

# An offset that follows UTC is its own zone: UTC-3, UTC+5:45.
_FROM_UTC = r"(?:UTC|GMT)[+\-−]\d{1,2}(?::[0-5]\d)?"
ZONE = rf"(?:{_FROM_UTC}|(?:KST|JST|UTC|GMT|[ECMP][SD]T|CES?T)\b)"
_CLOCK = re.compile(
    r"(?<![\d:.T+])(?:(?P<date>\d{4}[-./]\d{1,2}[-./]\d{1,2})[ T]+)?(?:(?P<half>오전|오후)\s*)?"
    r"(?:(?P<h>[01]?\d|2[0-4]):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d)(?:\.\d+)?)?(?!\d|:\d)|(?P<kh>[01]?\d|2[0-4])시(?!\s*간)(?:\s*(?P<km>[0-5]?\d)분)?)"
    rf"(?:\s*(?P<ampm>[aApP])\.?[mM]\b\.?)?(?:\s*\(?(?P<zone>{ZONE}|Z\b)\)?)?"
)
_T_PLUS = re.compile(
    r"(?<![A-Za-z0-9])T\s?(?P<sign>[+\-−])\s?"
    r"(?:(?P<ch>\d{1,2}):(?P<cm>[0-5]\d)(?::(?P<cs>[0-5]\d))?"
    r"|(?=\d)(?:(?P<h>\d+)\s*(?:h(?:ours?|rs?)?|시간)\s*)?(?:(?P<m>\d+)\s*(?:m(?:in(?:utes?|s)?)?|분)(?![A-Za-z])\s*)?"
    r"(?:(?P<s>\d+)\s*(?:s(?:ec(?:onds?|s)?)?|초)(?![A-Za-z]))?(?P<bare>\d+(?![\d.]))?)"
)
_DURATION = re.compile(
    r"(?<![\d.:~–\-T+])(?:(?<!월)(?<!월 )(?P<d>\d+)\s*(?:d(?:ays?)?(?![A-Za-z])|일)\s*(?:and\s+)?"
    r"(?=\d+\s*(?:h|m|시간|분)))?"
    r"(?:(?P<h>\d+(?:\.\d+)?)\s*-?(?:h(?:ours?|rs?)?\b|시간)\s*(?:and\s+)?)?"
    r"(?:(?P<m>\d+(?:\.\d+)?)\s*-?(?:m(?:in(?:ute)?s?)?\b|분)\s*(?:and\s+)?)?(?:(?P<s>\d+)\s*-?(?:s(?:ec(?:ond)?s?)?\b|초))?"
)
_OFFSETS_HOURS = {
    "KST": 9, "JST": 9, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """A clock time. second: of its day, in its own zone. day: an ordinal, where a date stands with it."""

    second: float
    day: int | None
    zone: str
    step_seconds: float
    start: int
    end: int


@dataclass(frozen=True)
class Span:
    """A length of time, or a T+ time. step_seconds: how finely it is told."""

    seconds: float
    step_seconds: float
    start: int
    end: int


@dataclass(frozen=True)
class Length:
    """A length of time in a message, which each language writes in its own way."""

    seconds: float


@dataclass(frozen=True)
class Lengths:
    """From which length of time to which, in a message; one where they are the same."""

    shortest_seconds: float
    longest_seconds: float


def clocks(text: str) -> Iterator[Clock]:
    """Every clock time: 10:05, 2025-09-03 10:05:30 KST, 오전 10시 5분, 2:05 pm."""
    for found in _CLOCK.finditer(text):
        hours = int(found["h"] or found["kh"])
        half = (found["ampm"] or "").lower() or {"오전": "a", "오후": "p"}.get(found["half"] or "", "")
        if half == "p" and hours < 12:
            hours += 12
        elif half == "a" and hours == 12:
            hours = 0
        second = hours * 3600.0 + int(found["m"] or found["km"] or 0) * 60 + int(found["s"] or 0)
        step = 1.0 if found["s"] else 60.0
        yield Clock(second, _day(found["date"]), found["zone"] or "", step, found.start(), found.end())


def begins_with_time(text: str) -> bool:
    """Whether a line is a row of a timeline: it begins with a clock time or a T+ time."""
    bare = text.lstrip(" *[(")
    begins = [*(c.start for c in clocks(bare[:40])), *(t.start for t in t_plus_times(bare[:40]))]
    return 0 in begins


def _day(text: str | None) -> int | None:
    if not text:
        return None
    try:
        return date(*(int(part) for part in re.split(r"[-./]", text))).toordinal()
    except ValueError:
        return None


def t_plus_times(text: str) -> Iterator[Span]:
    """Every T+ time: T+03m, T+9m30s, T+1h05m, T-15s, T+20분, T+0:20; a bare number is minutes."""
    for found in _T_PLUS.finditer(text):
        if found["ch"] is not None:
            parts, step = (
                (int(found["ch"]), int(found["cm"]), int(found["cs"] or 0)),
                1 if found["cs"] else 60,
            )
        else:
            bare = int(found["bare"] or 0)
            parts = (int(found["h"] or 0), int(found["m"] or 0) + bare, int(found["s"] or 0))
            step = 1 if found["s"] else 60
        sign = 1 if found["sign"] == "+" else -1
        yield Span(sign * float(parts[0] * 3600 + parts[1] * 60 + parts[2]), step, found.start(), found.end())


def durations(text: str) -> Iterator[Span]:
    """Every length of time told in hours, minutes or seconds, days too: not days alone."""
    for found in _DURATION.finditer(text):
        if found["h"] or found["m"] or found["s"]:
            seconds = int(found["d"] or 0) * DAY + float(found["h"] or 0) * 3600
            seconds += float(found["m"] or 0) * 60 + float(found["s"] or 0)
            step = (
                1.0 if found["s"] else 60.0 if found["m"] else 360.0 if "." in (found["h"] or "") else 3600.0
            )
            end = found.start() + len(found.group().rstrip())
            yield Span(seconds, step, found.start(), end)


def zone_shift_seconds(zone: str, reference: str) -> float:
    """What to add to a time of one zone to have it in another; 0 where either is not told."""
    own, other = _offset_hours(zone), _offset_hours(reference)
    return 0.0 if own is None or other is None else (other - own) * 3600.0


def _offset_hours(zone: str) -> float | None:
    if (told := re.fullmatch(r"(?:UTC|GMT)([+\-−])(\d+)(?::(\d+))?", zone)) is None:
        return _OFFSETS_HOURS.get(zone)
    hours = int(told[2]) + int(told[3] or 0) / 60
    return hours if told[1] == "+" else -hours


def format_time(seconds: float) -> str:
    """The time of day, with seconds where it has some."""
    whole = round(seconds) % int(DAY)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}"
    return f"{text}:{whole % 60:02d}" if whole % 60 else text
