"""A chart in words and as a table, for those who cannot see it and for copying figures out of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alerts.charts.model import BudgetBar, Chart, Language, Line
from alerts.charts.points import Points
from alerts.charts.quantities import (
    format_clock,
    format_date,
    format_percent,
    format_quantity,
    is_shifting,
    zone_name,
)

_TABLE_ROWS = 30

WORDS: Mapping[Language, Mapping[str, str]] = {
    Language.KO: {
        "line": "{name}: 최소 {low}({low_at}), 최대 {high}({high_at}), 마지막 {last}.",
        "empty": "{name}: 이 구간에 데이터가 없다.",
        "window": "{date} {start}~{end} {zone}",
        "table": "표로 보기",
        "table_note": "{total}개 시점 중 {shown}개",
        "time": "시각",
        "budget_left": "오류 예산 {percent} 남음",
        "budget_over": "오류 예산 {percent} 초과 소진",
        "budget_no_data": "오류 예산: 데이터 없음",
    },
    Language.EN: {
        "line": "{name}: lowest {low} ({low_at}), highest {high} ({high_at}), last {last}.",
        "empty": "{name}: no data in this window.",
        "window": "{date} {start} to {end} {zone}",
        "table": "Show as a table",
        "table_note": "{shown} of {total} points",
        "time": "Time",
        "budget_left": "{percent} of the error budget left",
        "budget_over": "Error budget overspent by {percent}",
        "budget_no_data": "Error budget: no data",
    },
}


@dataclass(frozen=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


def window_text(chart: Chart) -> str:
    """The date, the two ends and the zone."""
    words = WORDS[chart.language]
    return words["window"].format(
        date=format_date(chart.start, chart.zone),
        start=_clock(chart.start, chart),
        end=format_clock(chart.end, chart.zone),
        zone=zone_name(chart.end, chart.zone),
    )


def _clock(at: float, chart: Chart) -> str:
    """The time, and by which clocks where these change in the chart."""
    clock = format_clock(at, chart.zone)
    return (
        f"{clock} {zone_name(at, chart.zone)}" if is_shifting(chart.start, chart.end, chart.zone) else clock
    )


def summary_text(chart: Chart) -> str:
    """One sentence a line: lowest, highest and last value, with the times of the first two."""
    return " ".join(_line_text(line, chart) for line in chart.lines)


def data_table(chart: Chart) -> Table:
    """At most thirty evenly spaced points of all lines; the note says how many there are."""
    columns = [Points.within(line, chart.start, chart.end) for line in chart.lines]
    times = np.unique(np.concatenate([np.empty(0), *(column.times for column in columns)]))
    shown = times[:: max(1, math.ceil(len(times) / _TABLE_ROWS))].tolist()
    words = WORDS[chart.language]
    rows = tuple(
        (
            _clock(at, chart),
            *(format_quantity(c.value_at(at), chart.unit, chart.language) for c in columns),
        )
        for at in shown
    )
    header = (words["time"], *(line.name for line in chart.lines))
    return Table(header, rows, words["table_note"].format(total=len(times), shown=len(shown)))


def budget_text(bar: BudgetBar) -> str:
    """What is left of the budget, in words."""
    words = WORDS[bar.language]
    if bar.remaining is None or not math.isfinite(bar.remaining):
        return words["budget_no_data"]
    if bar.remaining < 0:
        return words["budget_over"].format(percent=format_percent(-bar.remaining))
    return words["budget_left"].format(percent=format_percent(bar.remaining))


def _line_text(line: Line, chart: Chart) -> str:
    words = WORDS[chart.language]
    points = Points.within(line, chart.start, chart.end).known()
    if not len(points):
        return words["empty"].format(name=line.name)
    low, high = int(points.values.argmin()), int(points.values.argmax())
    values = [float(points.values[place]) for place in (low, high, -1)]
    lowest, highest, last = (format_quantity(value, chart.unit, chart.language) for value in values)
    return words["line"].format(
        name=line.name,
        low=lowest,
        low_at=_clock(float(points.times[low]), chart),
        high=highest,
        high_at=_clock(float(points.times[high]), chart),
        last=last,
    )
