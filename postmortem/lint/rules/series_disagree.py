"""Figures beside the series that were recorded."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from alerts.charts.model import Unit as SeriesUnit
from postmortem.evidence import Floats
from postmortem.lint.clock import DAY, format_time, zone_shift_seconds
from postmortem.lint.figures import Figure, Place, identify
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.recorded import Recorded, RecordedSeries
from postmortem.lint.values import Unit
from postmortem.records import Good

TOLERANCE = 0.10
_LEAST_POINTS = 0.5  # of per cent
# A row tells a change while it goes on, and rates look back: it holds for what was recorded near by.
_BEFORE_SECONDS, _AFTER_SECONDS = 60.0, 180.0
_EPOCH_DAY = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def check(draft: Draft) -> Iterator[Finding]:
    """Nothing without recorded series, nor for figures that none of them measures."""
    recorded = draft.recorded
    if recorded is None or not recorded.series:
        return
    zero = _zero(draft, recorded)
    for figure in draft.figures:
        all_series = [] if figure.is_change else _series_of(figure, draft, recorded)
        against = [list(_held_against(figure, series, zero, draft)) for series in all_series]
        if against and all(against):  # several may measure it: one that agrees is enough
            yield against[0][0]


def _zero(draft: Draft, recorded: Recorded) -> float:
    """The Unix time at which the document's axis is 0; without a date, midnight before the record."""
    day, zone = draft.axis.first_day, draft.axis.zone
    offset = zone_shift_seconds("UTC", zone) if zone else recorded.offset_seconds
    if day is not None:
        return (day - _EPOCH_DAY) * DAY - offset
    first = min(float(series.times[0]) for series in recorded.series if len(series.times))
    return (first + offset) // DAY * DAY - offset


def _series_of(figure: Figure, draft: Draft, recorded: Recorded) -> list[RecordedSeries]:
    """Those that measure what the figure does, of its service where it names one."""
    if not figure.metric or figure.unit is Unit.COUNT:
        return []
    return [
        series for series in recorded.series if any(_is_of(figure, title, draft) for title in series.titles)
    ]


def _is_of(figure: Figure, title: str, draft: Draft) -> bool:
    metric, subject, percentile = identify(title, draft.lexicon)
    return (metric, percentile) == (figure.metric, figure.percentile) and figure.subject in {"", subject}


def _held_against(figure: Figure, series: RecordedSeries, zero: float, draft: Draft) -> Iterator[Finding]:
    times, values = series.times - zero, series.values
    if series.unit == SeriesUnit.RATIO:
        values = values * 100
    at = figure.at
    if at is not None:
        settles = figure.place is Place.AFTER and draft.lexicon.has(figure.clause, "settled")
        near = values[(times >= at - _BEFORE_SECONDS) & ((times <= at + _AFTER_SECONDS) | settles)]
        key = "at"
    elif figure.place is Place.BEFORE and figure.row_at is not None:
        at, near, key = figure.row_at, values[times <= figure.row_at + _BEFORE_SECONDS], "before"
    elif figure.is_peak and series.good is not Good.NONE:
        worst = values.min() if series.good is Good.UP else values.max()
        at, near, key = 0.0, np.array([worst]), "peak"
    else:
        return
    if len(near) and not _is_near(figure, near):
        values_told = {
            "told": figure.text,
            "at": format_time(at),
            "series": series.titles[0],
            "low": _told(float(near.min()), figure.unit),
            "high": _told(float(near.max()), figure.unit),
        }
        yield Finding(figure.line, f"series-disagree.{key}", values_told)


def _is_near(figure: Figure, near: Floats) -> bool:
    least = _LEAST_POINTS if figure.unit is Unit.PERCENT else 0.0
    low, high = float(near.min()), float(near.max())
    return figure.high >= low - max(TOLERANCE * abs(low), least) and figure.low <= high + max(
        TOLERANCE * abs(high), least
    )


def _told(value: float, unit: Unit) -> str:
    if unit is Unit.PERCENT:
        return f"{value:.3g}%"
    return f"{value * 1000:.3g}ms" if value < 1 else f"{value:.3g}s"


RULE = Rule("series-disagree", check)
