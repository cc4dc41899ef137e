"""Cases: incidents on file, as a document's figures and the assumptions that turn them into samples."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from alerts.disturbances import Disturbance

FigureUnit = Literal["ratio", "seconds", "times"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """What the document says a figure was at a time."""

    at: float
    value: float
    says: str


@dataclass(frozen=True)
class Figure:
    """A figure over time: ``before`` up to the first row, then a short transition, then straight lines."""

    name: str
    title: Mapping[str, str]
    unit: FigureUnit
    before: float
    rows: tuple[Row, ...]
    transition_seconds: float

    def at(self, times: Floats) -> Floats:
        """Values (t,) at Unix seconds (t,)."""
        first, rest = self.rows[0], self.rows[1:]
        knots = [first.at, first.at + self.transition_seconds, *(row.at for row in rest)]
        return np.interp(times, knots, [self.before, first.value, *(row.value for row in rest)])


@dataclass(frozen=True)
class HitMissLatency:
    """Hits are fast; misses as slow as the p95 of all demands."""

    hit_ratio: Figure
    hit_median_seconds: float
    p95_seconds: Figure


@dataclass(frozen=True)
class SteadyLatency:
    p95_seconds: float


@dataclass(frozen=True)
class Failures:
    """Errors up to the usual ratio are answered as fast as successes; those beyond take their own time.

    status, error_type: of those beyond.
    """

    ratio: Figure
    usual_ratio: float
    time_out_seconds: Figure
    status: str = "504"
    error_type: str = "timeout"


@dataclass(frozen=True)
class Requests:
    """Requests to a route; ``buckets``: the upper bounds of its histogram, in seconds."""

    method: str
    route: str
    status: str
    normal_per_second: float
    traffic: Figure
    latency: HitMissLatency | SteadyLatency
    failures: Failures | None
    buckets: tuple[float, ...]


@dataclass(frozen=True)
class Cache:
    name: str
    route: str
    hit_ratio: Figure


@dataclass(frozen=True)
class Cpu:
    groupname: str
    limit_cores: float
    ratio: Figure


@dataclass(frozen=True)
class Sampling:
    """When samples are taken: every interval, at an offset; in older history more rarely."""

    interval_seconds: float
    offset_seconds: float
    history_seconds: float
    history_step_seconds: float
    fine_seconds: float


@dataclass(frozen=True)
class Case:
    """Times are Unix seconds. ``alarm_at``: when people were alarmed then.

    is_quiet: nothing that anybody should be paged for; then onset and alarm are its start.
    """

    name: str
    title: Mapping[str, str]
    timezone: ZoneInfo
    start: float
    end: float
    onset: float
    alarm_at: float
    page_within_seconds: float
    spread: float
    sampling: Sampling
    figures: Mapping[str, Figure]
    requests: tuple[Requests, ...]
    caches: tuple[Cache, ...]
    cpus: tuple[Cpu, ...]
    assumptions: tuple[Mapping[str, str], ...]
    disturbances: tuple[Disturbance, ...] = ()
    is_quiet: bool = False
