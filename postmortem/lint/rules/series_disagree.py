"""Figures beside the series that were recorded."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from alerts.charts.model import Unit as SeriesUnit
from postmortem.evidence import Floats
from postmortem.lint.clauses import content_words
from postmortem.lint.clock import DAY, format_time, zone_shift_seconds
from postmortem.lint.figures import Figure, Place
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.identity import identify, naming_words
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
    """Those that measure what the figure does: the ones it names, else those of its service.

    A service of an earlier clause is none that is certain: any other series may be meant too.
    """
    if not figure.metric or figure.unit is Unit.COUNT:
        return []
    words = content_words(_around(figure), draft.lexicon)
    fitting = [(series, titles) for series in recorded.series if (titles := _titles(figure, series, draft))]
    named = [
        (max(map(len, naming)), series)
        for series, titles in fitting
        if (naming := [own for _, own in titles if own and own <= words])
    ]
    if named:
        most = max(length for length, _ in named)
        return [series for length, series in named if length == most]
    own = [series for series, titles in fitting if any(_may_be_of(figure, *title) for title in titles)]
    return [series for series, _ in fitting] if own and figure.is_carried else own


def _around(figure: Figure) -> str:
    """The figure's clause, behind its row's label."""
    return " ".join([*(cell.text for cell in figure.passage.cells[:1]), figure.clause])


def _titles(figure: Figure, series: RecordedSeries, draft: Draft) -> list[tuple[str, frozenset[str]]]:
    """Subject and naming words of the series' titles that have the figure's metric and percentile."""
    found = [(title, identify(title, draft.lexicon)) for title in series.title.all()]
    return [
        (subject, naming_words(title, draft.lexicon))
        for title, (metric, subject, percentile) in found
        if (metric, percentile) == (figure.metric, figure.percentile)
    ]


def _may_be_of(figure: Figure, subject: str, words: frozenset[str]) -> bool:
    """Whether the figure tells no service, that of the series, or some of the words that name it."""
    return figure.subject in {"", subject} or frozenset(figure.subject.split()) <= words


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
            "series": series.title,
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
