"""Where everything of a chart goes: the chart's values and times turned into places of an SVG picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alerts.charts.model import Chart, Unit
from alerts.charts.points import Points, unbroken_runs
from alerts.charts.tenths import write_tenths
from alerts.charts.ticks import ValueAxis, time_ticks, value_axis
from collector.series import Values

WIDTH, HEIGHT = 760.0, 268.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 728.0, 30.0, 236.0
_MARK_RADIUS = 8.0
_LABEL_ROWS = 4


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

    def across(times: Values) -> Values:
        return LEFT + (times - chart.start) / max(chart.end - chart.start, 1e-9) * (RIGHT - LEFT)

    def down(values: Values) -> Values:
        return BOTTOM - (values - axis.low) / (axis.high - axis.low) * (BOTTOM - TOP)

    def x(at: float) -> float:
        return round(float(across(np.asarray(at))), 1)

    def y(value: float) -> float:
        return round(float(down(np.asarray(value))), 1)

    def path(runs: Sequence[Points]) -> str:
        drawn = ((write_tenths(across(run.times)), write_tenths(down(run.values))) for run in runs)
        return " ".join(_path(*places) for places in drawn)

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


def _axis(chart: Chart, drawn: Sequence[Sequence[Points]]) -> ValueAxis:
    extremes = [(run.values.min(), run.values.max()) for runs in drawn for run in runs]
    shown = [float(value) for both in extremes for value in both]
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


def _path(xs: Sequence[str], ys: Sequence[str]) -> str:
    if len(xs) == 1:
        return f"M{xs[0]} {ys[0]}h0.1"
    return "M" + "L".join([f"{x} {y}" for x, y in zip(xs, ys, strict=True)])


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
