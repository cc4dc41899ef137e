"""A timeline of spans: a row for each thing, bars for when it was so, stretches shaded behind all rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts.charts.layout import Place
from alerts.charts.model import Band, Language, Tone
from alerts.charts.quantities import format_moment, zone_name
from alerts.charts.ticks import time_ticks

WIDTH, LEFT, RIGHT = 1000.0, 300.0, 976.0
_TOP, _ROW, _PANEL_HEAD, _AXIS, _NOTE = 62.0, 22.0, 44.0, 30.0, 18.0
_LEAST_WIDTH = 3.0
_LONGEST_NAME = 46


@dataclass(frozen=True)
class Span:
    """From when to when, Unix seconds; ``label`` is read out and shown where a pointer rests."""

    start: float
    end: float
    label: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Row:
    name: str
    spans: Sequence[Span]


@dataclass(frozen=True)
class Panel:
    """A stretch of time with rows of its own. bands: numbered, their labels listed below the rows."""

    title: str
    start: float
    end: float
    rows: Sequence[Row]
    bands: Sequence[Band] = ()


@dataclass(frozen=True)
class SpanChart:
    """legend: what each tone of a span means here. notes: lines at the end."""

    title: str
    panels: Sequence[Panel]
    zone: ZoneInfo
    legend: Sequence[tuple[Tone, str]] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    tone: str
    label: str


@dataclass(frozen=True)
class Shade:
    """A band: ``middle`` is where its number stands."""

    x: float
    width: float
    middle: float
    number: int
    label: str


@dataclass(frozen=True)
class PanelLayout:
    title: str
    window: str
    y: float
    top: float
    bottom: float
    names: tuple[Place, ...]
    bars: tuple[Bar, ...]
    shades: tuple[Shade, ...]
    ticks: tuple[Place, ...]
    notes: tuple[Place, ...]


@dataclass(frozen=True)
class SpanLayout:
    """Everything in the units of a view box of WIDTH × height."""

    height: float
    panels: tuple[PanelLayout, ...]
    notes: tuple[Place, ...]


def lay_out_spans(chart: SpanChart) -> SpanLayout:
    """Panels from top to bottom, then the notes."""
    y, panels = _TOP, []
    for panel in chart.panels:
        panels.append(_panel(panel, y, chart.zone))
        y = panels[-1].bottom + _AXIS + _NOTE * len(panel.bands) + 12
    notes = tuple(Place(y + _NOTE * (n + 0.5), text) for n, text in enumerate(chart.notes))
    return SpanLayout(y + _NOTE * len(notes) + 8, tuple(panels), notes)


def _panel(panel: Panel, y: float, zone: ZoneInfo) -> PanelLayout:
    top = y + _PANEL_HEAD
    bottom = top + _ROW * max(len(panel.rows), 1)

    def x(at: float) -> float:
        inside = min(max(at, panel.start), panel.end)
        return round(LEFT + (inside - panel.start) / max(panel.end - panel.start, 1e-9) * (RIGHT - LEFT), 1)

    rows = list(enumerate(panel.rows))
    ticks = time_ticks(panel.start, panel.end, zone, Language.EN)
    first, last = format_moment(panel.start, zone), format_moment(panel.end, zone)
    return PanelLayout(
        title=panel.title,
        window=f"{first} to {last} {zone_name(panel.start, zone)}",
        y=y,
        top=top,
        bottom=bottom,
        names=tuple(Place(top + _ROW * (n + 0.5) + 4, _shortened(row.name)) for n, row in rows),
        bars=tuple(
            Bar(x(s.start), top + _ROW * n + 4, _width(x(s.start), x(s.end)), str(s.tone), s.label)
            for n, row in rows
            for s in row.spans
        ),
        shades=_shades(panel, x),
        ticks=tuple(Place(x(tick.at), tick.label) for tick in ticks),
        notes=tuple(
            Place(bottom + _AXIS + _NOTE * (n + 0.5), f"{n + 1}  {band.label}")
            for n, band in enumerate(panel.bands)
        ),
    )


def _shades(panel: Panel, x: Callable[[float], float]) -> tuple[Shade, ...]:
    return tuple(
        Shade(left, width := _width(left, x(band.end)), round(left + width / 2, 1), n, band.label)
        for n, band in enumerate(panel.bands, 1)
        for left in [x(band.start)]
    )


def _width(left: float, right: float) -> float:
    """What is short still shows."""
    return round(max(right - left, _LEAST_WIDTH), 1)


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
