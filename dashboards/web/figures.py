"""The charts of the pages: an objective's budget and errors, and how an incident's signals fared."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from alerts.charts.model import Band, Chart, Language, Line, Mark, Threshold, Tone, Unit
from alerts.events import Event, Kind
from alerts.expressions import RawExpressions, burn_rate, ratio
from alerts.incidents import Incident
from alerts.signals import Signal, SignalMap
from alerts.slo import Slo
from collector.durations import format_duration
from collector.errors import QueryError
from collector.querier import Querier
from collector.series import Series
from dashboards.web.calendar_budget import calendar_budget
from dashboards.web.timeline import timeline
from dashboards.web.words import say

POINTS = 180
LEAST_STEP_SECONDS = 5.0
BEFORE_SECONDS, AFTER_SECONDS = 900.0, 600.0
MOST_SIGNALS = 12
MOST_LINES = 6  # as many as the charts tell apart
MARKED = {
    Kind.FAULT: Tone.BAD,
    Kind.PAGED: Tone.BAD,
    Kind.MITIGATION: Tone.WARN,
    Kind.SWITCH: Tone.WARN,
    Kind.DEPLOY: Tone.WARN,
    Kind.RESOLVED: Tone.GOOD,
}


@dataclass(frozen=True)
class _Figure:
    key: str
    title: str
    unit: Unit
    query: str
    thresholds: Sequence[Threshold] = ()


@dataclass(frozen=True)
class Frame:
    """The stretch of time that charts show, and how they are to be read."""

    start: float
    end: float
    zone: ZoneInfo
    language: str

    @property
    def step_seconds(self) -> float:
        """About ``POINTS`` steps, on whole seconds."""
        return max(LEAST_STEP_SECONDS, math.ceil((self.end - self.start) / POINTS))

    def line(self, querier: Querier, query: str, name: str) -> Line | None:
        """None where the query answers nothing in this stretch."""
        found = self.series(querier, query)
        return Line.of(name, found[0]) if found else None

    def series(self, querier: Querier, query: str) -> list[Series]:
        step = self.step_seconds
        start, end = math.floor(self.start / step) * step, math.floor(self.end / step) * step
        return querier.range(query, start, end, step)

    def chart(self, figure: _Figure, *lines: Line) -> Chart:
        language = Language(self.language)
        chart = Chart(figure.key, figure.title, figure.unit, lines, self.start, self.end, self.zone, language)
        return replace(chart, thresholds=figure.thresholds)


@dataclass(frozen=True)
class Figures:
    """Charts, and what kept others from being drawn."""

    charts: Sequence[Chart] = ()
    failures: Sequence[str] = ()


def slo_figures(querier: Querier, slo: Slo, frame: Frame, incidents: Sequence[Incident]) -> Figures:
    """The budget left at each moment, and the error ratio beside what the objective allows."""
    counts = RawExpressions(slo)
    window = max(60.0, frame.step_seconds * 2, slo.sli.slice_seconds or 0.0)
    width = format_duration(window)
    left, errors = say(frame.language, "burn_down"), say(frame.language, "error_ratio")
    objective = Threshold(slo.error_budget, say(frame.language, "allowed_line"))
    spent = f"1 - {burn_rate(counts, slo.period_seconds, slo)}"
    budget = _Figure("budget", left, Unit.RATIO, spent)
    ratios = _Figure("errors", f"{errors} ({width})", Unit.RATIO, ratio(counts, window), (objective,))
    bands = _bands(incidents, frame)
    if slo.calendar is None:
        return _drawn(querier, [budget, ratios], frame, bands, ())
    drawn = _drawn(querier, [ratios], frame, bands, ())
    try:
        line = calendar_budget(
            querier,
            slo,
            slo.calendar,
            left,
            start=frame.start,
            end=frame.end,
            step_seconds=frame.step_seconds,
        )
    except QueryError as error:
        return Figures(drawn.charts, [f"{budget.title}: {error}", *drawn.failures])
    charts = [] if line is None else [replace(frame.chart(budget, line), bands=bands)]
    return Figures([*charts, *drawn.charts], drawn.failures)


def incident_frame(incident: Incident, at: float, zone: ZoneInfo, language: str) -> Frame:
    """From a while before it began until a while after it ended, or now."""
    end = at if incident.resolved_at is None else min(at, incident.resolved_at + AFTER_SECONDS)
    return Frame(incident.started_at - BEFORE_SECONDS, end, zone, language)


def evidence_figures(
    querier: Querier, signals: SignalMap, incident: Incident, events: Sequence[Event], frame: Frame
) -> Figures:
    """A chart for each signal of the incident's services and of what they stand on, with its marks."""
    marks = [
        Mark(entry.event.at, entry.label(frame.language), MARKED[entry.event.kind])
        for entry in timeline(events)
        if entry.event.kind in MARKED
    ]
    window = format_duration(max(60.0, frame.step_seconds * 2))
    figures = [
        _Figure(f"signal-{each.name}", _title(each, frame.language), Unit(each.unit), each.over(window))
        for each in related_signals(signals, incident.services)[:MOST_SIGNALS]
    ]
    return _drawn(querier, figures, frame, _bands([incident], frame), marks)


def graph_figures(querier: Querier, expression: str, frame: Frame) -> Figures:
    """What any expression answers, one line a series; a failure says what is left out or wrong."""
    try:
        found = frame.series(querier, expression)
    except QueryError as error:
        return Figures(failures=[str(error)])
    if not found:
        return Figures()
    lines = [Line.of(str(series.labels), series) for series in found[:MOST_LINES]]
    figure = _Figure("graph", say(frame.language, "graph"), _unit_of(lines), expression)
    more = [say(frame.language, "more_series", n=len(found) - MOST_LINES)] if found[MOST_LINES:] else []
    return Figures([frame.chart(figure, *lines)], more)


def _unit_of(lines: Sequence[Line]) -> Unit:
    """An expression has no unit; what stays within 1 would read 0 as a count, and is a ratio mostly."""
    values = [abs(value) for line in lines for value in line.values if math.isfinite(value)]
    return (
        Unit.RATIO
        if values and max(values) <= 1 and not all(value in {0, 1} for value in values)
        else Unit.COUNT
    )


def related_signals(signals: SignalMap, services: Sequence[str]) -> list[Signal]:
    """Those of the services themselves first, then those of what they stand on."""
    below = {name for service in services for name in signals.dependencies(service)} - set(services)
    own = [signal for signal in signals.signals if signal.service in services]
    return own + [signal for signal in signals.signals if signal.service in below]


def _drawn(
    querier: Querier, figures: Sequence[_Figure], frame: Frame, bands: Sequence[Band], marks: Sequence[Mark]
) -> Figures:
    charts, failures = [], []
    for figure in figures:
        try:
            line = frame.line(querier, figure.query, figure.title)
        except QueryError as error:
            failures.append(f"{figure.title}: {error}")
            continue
        if line is not None:
            charts.append(replace(frame.chart(figure, line), bands=bands, marks=marks))
    return Figures(charts, failures)


def _bands(incidents: Sequence[Incident], frame: Frame) -> list[Band]:
    return [
        Band(incident.started_at, ends, incident.id)
        for incident in incidents
        if (ends := frame.end if incident.resolved_at is None else incident.resolved_at) > frame.start
    ]


def _title(signal: Signal, language: str) -> str:
    return f"{signal.title.get(language) or signal.title['en']} · {signal.service}"
