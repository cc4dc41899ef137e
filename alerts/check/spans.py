"""Spans of time for people: as exact as they are of use."""

from collector.durations import format_duration

_EXACT_TO_SECONDS, _EXACT_TO_MINUTES = 3600.0, 86_400.0


def span(seconds: float) -> str:
    """To the second below an hour, to the minute below a day, to the hour beyond."""
    step = 1 if seconds < _EXACT_TO_SECONDS else 60 if seconds < _EXACT_TO_MINUTES else 3600
    return format_duration(round(seconds / step) * step)
