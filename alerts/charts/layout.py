"""Where everything of a chart goes: the chart's values and times turned into places of an SVG picture."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from alerts.charts.model import Chart, Line, Unit
from alerts.charts.ticks import ValueAxis, time_ticks, value_axis

WIDTH, HEIGHT = 760.0, 268.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 728.0, 30.0, 236.0
_MARK_RADIUS = 8.0
_LABEL_ROWS = 4
_GAP_STEPS = 3.5


Runs = list[list[tuple[float, float]]]  # of a line, where it is not interrupted: times and values


@dataclass(frozen=True)
class Place:
    """Something at a place along an axis, with its text."""

    position: float
    label: str


@dataclass(frozen=True)
class Stripe:
    left: float
    width: float
    label: str
    tone: str


@dataclass(frozen=True)
class Flag:
    """A numbered mark; ``y`` keeps neighbours from covering each other."""

    x: float
    y: float
    number: int
    label: str
    tone: str


@dataclass(frozen=True)
class Trace:
    """A line as an SVG path; ``index`` picks its colour and dash."""

    name: str
    path: str
    index: int


@dataclass(frozen=True)
class Layout:
    value_ticks: tuple[Place, ...]
    time_ticks: tuple[Place, ...]
    thresholds: tuple[Place, ...]
    bands: tuple[Stripe, ...]
    flags: tuple[Flag, ...]
    traces: tuple[Trace, ...]


def lay_out(chart: Chart) -> Layout:
    """The chart in the units of the view box."""
    drawn = [unbroken_runs(line, chart.start, chart.end) for line in chart.lines]
    axis = _axis(chart, drawn)

    def x(at: float) -> float:
        return round(LEFT + (at - chart.start) / max(chart.end - chart.start, 1e-9) * (RIGHT - LEFT), 1)

    def y(value: float) -> float:
        return round(BOTTOM - (value - axis.low) / (axis.high - axis.low) * (BOTTOM - TOP), 1)

    def path(runs: Runs) -> str:
        return " ".join(_path([(x(at), y(value)) for at, value in run]) for run in runs)

    ticks = time_ticks(chart.start, chart.end, chart.zone, chart.language)
    return Layout(
        value_ticks=tuple(Place(y(t.at), t.label) for t in axis.ticks),
        time_ticks=tuple(Place(x(t.at), t.label) for t in ticks),
        thresholds=tuple(Place(y(t.value), t.label) for t in chart.thresholds),
        bands=tuple(
            _stripe(x(max(b.start, chart.start)), x(min(b.end, chart.end)), b.label, b.tone)
            for b in chart.bands
        ),
        flags=_flags(
            [(x(m.at), m.label, str(m.tone)) for m in chart.marks if chart.start <= m.at <= chart.end]
        ),
        traces=tuple(Trace(chart.lines[i].name, path(runs), i) for i, runs in enumerate(drawn)),
    )


def unbroken_runs(line: Line, start: float, end: float) -> Runs:
    """The points in the window, cut where a value is missing or the next one is far later than usual."""
    points = [(at, value) for at, value in zip(line.times, line.values, strict=True) if start <= at <= end]
    steps = [later[0] - earlier[0] for earlier, later in pairwise(points)]
    longest = _GAP_STEPS * statistics.median(steps) if steps else math.inf
    runs: Runs = [[]]
    last = -math.inf
    for at, value in points:
        if not math.isfinite(value):
            runs.append([])
            continue
        if at - last > longest:
            runs.append([])
        runs[-1].append((at, value))
        last = at
    return [run for run in runs if run]


def _axis(chart: Chart, drawn: Sequence[Runs]) -> ValueAxis:
    shown = [value for runs in drawn for run in runs for _, value in run]
    values = [*shown, *(t.value for t in chart.thresholds)] or [0.0, 1.0]
    low, high = min(values), max(values)
    if chart.from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = low + (abs(low) or 1.0)
    axis = value_axis(low, high, chart.unit, chart.language)
    if chart.unit is Unit.RATIO and high <= 1.0 < axis.high:
        ticks = tuple(t for t in axis.ticks if t.at <= 1.0 + 1e-9)
        return ValueAxis(axis.low, 1.0, ticks)
    return axis


def _path(points: Sequence[tuple[float, float]]) -> str:
    if len(points) == 1:
        (x, y) = points[0]
        return f"M{x:g} {y:g}h0.1"
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _stripe(left: float, right: float, label: str, tone: str) -> Stripe:
    return Stripe(left, max(round(right - left, 1), 0.0), label, str(tone))


def _flags(marks: Sequence[tuple[float, str, str]]) -> tuple[Flag, ...]:
    """Flags from left to right, each on the first row whose last flag is clear of it."""
    rows = [-math.inf] * _LABEL_ROWS
    flags = []
    for number, (x, label, tone) in enumerate(sorted(marks, key=lambda m: m[0]), start=1):
        row = next(
            (r for r, last in enumerate(rows) if x - last >= 2 * _MARK_RADIUS + 1), rows.index(min(rows))
        )
        rows[row] = x
        flags.append(Flag(x, TOP - 12 + row * (2 * _MARK_RADIUS + 1), number, label, tone))
    return tuple(flags)
