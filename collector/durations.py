"""Prometheus durations: ``1h30m``, ``500ms``."""

import re

UNIT_SECONDS = {
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
    "w": 604_800.0,
    "y": 31_536_000.0,
}
_UNITS_LARGEST_FIRST = ("y", "w", "d", "h", "m", "s", "ms")
_LONGEST_MS = 2**63 // 1_000_000  # Go counts nanoseconds in 64 bits
_DURATION = re.compile("".join(rf"(?:(?P<{u}>[0-9]{{1,9}}){u})?" for u in _UNITS_LARGEST_FIRST))


class DurationTooLongError(ValueError):
    """A duration beyond what Prometheus keeps, about 292 years."""


def parse_duration(text: str) -> float:
    """Seconds of a Prometheus duration; units in falling order, each at most once.

    Raises:
        DurationTooLongError: beyond about 292 years, as in Prometheus.
        ValueError: for anything else, naming the text.
    """
    if text == "0":
        return 0.0
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"not a duration: {text!r} (expected for example 30s, 5m, 1h30m, 30d)")
    milliseconds = sum(round(int(n) * UNIT_SECONDS[u] * 1000) for u, n in match.groupdict().items() if n)
    if milliseconds > _LONGEST_MS:
        raise DurationTooLongError(f"duration out of range: {text!r}")
    return milliseconds / 1000


def format_duration(seconds: float) -> str:
    """The shortest exact Prometheus spelling: 5400 is ``1h30m``, 0.25 is ``250ms``.

    Weeks and years are written as days, as windows in rule names are.
    """
    rest = round(seconds * 1000)
    if rest == 0:
        return "0s"
    sign, rest = ("-", -rest) if rest < 0 else ("", rest)
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, rest = divmod(rest, round(UNIT_SECONDS[unit] * 1000))
        if count:
            parts.append(f"{count}{unit}")
    return sign + "".join(parts)
