"""Round numbers for axes: values on 1-2-2.5-5 steps, times on whole clock times of a zone."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.charts.model import Language, Unit

_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
_LEAST_SPAN = 1e-9
_DAY_STEPS = (1, 2, 5, 7, 14, 30, 90, 365)


@dataclass(frozen=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True)
class ValueAxis:
    low: float
    high: float
    ticks: tuple[Tick, ...]


def value_axis(low: float, high: float, unit: Unit, language: Language, wanted: int = 5) -> ValueAxis:
    """An axis that holds low and high, on about ``wanted`` round steps, labelled in one unit throughout."""
    divisor, suffix = _scale(high, unit, language)
    span = (high - low) / divisor
    if span <= max(_LEAST_SPAN, 1e-9 * abs(high / divisor)):
        span = abs(high / divisor) if abs(high / divisor) > _LEAST_SPAN else 1.0
    step = _round_step(span / wanted)
    first, last = math.floor(low / divisor / step + 1e-9), math.ceil(high / divisor / step - 1e-9)
    last = max(last, first + 1)
    decimals = next((d for d in range(12) if abs(step - round(step, d)) < step * 1e-9), 12)
    ticks = tuple(
        Tick(n * step * divisor, f"{n * step:,.{decimals}f}{suffix}".replace("-0%", "0%"))
        for n in range(first, last + 1)
    )
    return ValueAxis(ticks[0].at, ticks[-1].at, ticks)


def time_ticks(
    start: float, end: float, zone: ZoneInfo, language: Language, wanted: int = 8
) -> tuple[Tick, ...]:
    """Ticks on whole clock times of the zone, at most ``wanted`` of them."""
    span = max(end - start, 1.0)
    step = next((s for s in _TIME_STEPS if span / s <= wanted), None)
    if step is None or step == 86_400:
        return _day_ticks(start, end, zone, language, wanted)
    offset = _offset_seconds(start, zone)
    first = math.ceil((start + offset) / step) * step - offset
    pattern = "%H:%M:%S" if step < 60 else "%H:%M"
    count = math.floor((end - first) / step) + 1
    return tuple(
        Tick(at, datetime.fromtimestamp(at, zone).strftime(pattern))
        for at in (first + n * step for n in range(count))
    )


def _day_ticks(start: float, end: float, zone: ZoneInfo, language: Language, wanted: int) -> tuple[Tick, ...]:
    days = next((d for d in _DAY_STEPS if (end - start) / 86_400 / d <= wanted), _DAY_STEPS[-1])
    day = datetime.fromtimestamp(start, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    ticks = []
    while day.timestamp() <= end:
        if day.timestamp() >= start:
            label = f"{day.month}월 {day.day}일" if language is Language.KO else f"{day.day} {day:%b}"
            ticks.append(Tick(day.timestamp(), label))
        day += timedelta(days=days)
    return tuple(ticks)


def _offset_seconds(at: float, zone: ZoneInfo) -> float:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    return offset.total_seconds() if offset else 0.0


def _round_step(rough: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next(m * magnitude for m in (1, 2, 2.5, 5, 10) if rough <= m * magnitude * (1 + 1e-9))


def _scale(high: float, unit: Unit, language: Language) -> tuple[float, str]:
    """What the axis is divided by and what each label ends in, chosen by its top."""
    korean = language is Language.KO
    match unit:
        case Unit.RATIO:
            return 0.01, "%"
        case Unit.SECONDS:
            scales = ((60.0, "분" if korean else " min", 180.0), (1.0, "초" if korean else " s", 1.0))
            return next(
                ((d, s) for d, s, least in scales if high >= least), (0.001, "ms" if korean else " ms")
            )
        case Unit.BYTES:
            power = min(4, max(0, math.floor(math.log(max(high, 1.0), 1024))))
            return 1024.0**power, (" B", " KiB", " MiB", " GiB", " TiB")[power]
        case Unit.PER_SECOND:
            return 1.0, "/초" if korean else "/s"
        case Unit.CORES | Unit.COUNT | Unit.KRW:
            larger = ((1e8, "억"), (1e4, "만")) if korean else ((1e6, "M"), (1e3, "k"))
            return next(((d, s) for d, s in larger if high >= 5 * d), (1.0, ""))
