"""What a chart shows: lines over time with bands, event marks and thresholds, and a budget bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from collector.series import Series


class Language(StrEnum):
    KO = "ko"
    EN = "en"


class Unit(StrEnum):
    """Units as the signal map names them."""

    RATIO = "ratio"
    SECONDS = "seconds"
    PER_SECOND = "per_second"
    BYTES = "bytes"
    CORES = "cores"
    COUNT = "count"
    KRW = "krw"


class Tone(StrEnum):
    """What something means to the reader; a renderer gives it a colour and never colour alone."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Line:
    """Points in time order, Unix seconds; NaN is a gap."""

    name: str
    times: Sequence[float]
    values: Sequence[float]

    @classmethod
    def of(cls, name: str, series: Series) -> "Line":
        """A line from what a range query answered."""
        return cls(name, tuple(series.times.tolist()), tuple(series.values.tolist()))


@dataclass(frozen=True)
class Band:
    """A stretch of time behind the lines, as an incident from its start to its end."""

    start: float
    end: float
    label: str
    tone: Tone = Tone.BAD


@dataclass(frozen=True)
class Mark:
    """A moment: drawn as a numbered vertical line, its text listed below the chart."""

    at: float
    label: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Threshold:
    """A horizontal line, as an objective."""

    value: float
    label: str


@dataclass(frozen=True)
class Chart:
    """One chart. ``id`` is unique on its page; the vertical axis begins at zero unless told otherwise."""

    id: str
    title: str
    unit: Unit
    lines: Sequence[Line]
    start: float
    end: float
    zone: ZoneInfo
    language: Language = Language.EN
    bands: Sequence[Band] = ()
    marks: Sequence[Mark] = ()
    thresholds: Sequence[Threshold] = ()
    from_zero: bool = True


@dataclass(frozen=True)
class BudgetBar:
    """How much of an error budget is left: 1 is all, 0 none, below 0 overspent; None is no data."""

    id: str
    title: str
    remaining: float | None
    language: Language = Language.EN
    warn_below: float = 0.25
