"""What a case's file says, as models: figures by name, times in the document's own zone."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from alerts.cases import FigureUnit
from alerts.disturbances import Kind
from alerts.documents import Seconds, Strict
from alerts.signals import Title


def _moment(value: object) -> datetime:
    try:
        return datetime.strptime(str(value), "%Y-%m-%d %H:%M")  # noqa: DTZ007  the zone stands beside it in the file
    except ValueError as error:
        raise ValueError(f"expected a time such as 2025-09-03 10:05, found {value!r}") from error


def _time_of_day(value: object) -> timedelta:
    text = str(value)
    try:
        parsed = datetime.strptime(text, "%H:%M:%S" if text.count(":") == 2 else "%H:%M")  # noqa: DTZ007  a time of day has no zone
    except ValueError as error:
        raise ValueError(f"expected a time of day such as 10:05 or 10:05:30, found {value!r}") from error
    return timedelta(hours=parsed.hour, minutes=parsed.minute, seconds=parsed.second)


Moment = Annotated[datetime, BeforeValidator(_moment)]
TimeOfDay = Annotated[timedelta, BeforeValidator(_time_of_day)]


class RowFile(Strict):
    at: TimeOfDay
    value: float = Field(ge=0)
    says: str


class FigureFile(Strict):
    title: Title
    unit: FigureUnit
    before: float = Field(ge=0)
    rows: list[RowFile] = Field(min_length=1)


class HitMissFile(Strict):
    hit_ratio: str
    hit_median: Seconds
    p95: str


class SteadyFile(Strict):
    p95_seconds: float = Field(gt=0)


class FailuresFile(Strict):
    ratio: str
    usual: float = Field(ge=0, lt=1)
    time_out_seconds: str
    status: str = "504"
    error_type: str = "timeout"


class RequestsFile(Strict):
    method: str
    route: str
    status: str
    normal_per_second: float = Field(gt=0)
    traffic: str
    latency: dict[str, Any]
    failures: FailuresFile | None = None
    buckets: list[float] = Field(min_length=1)


class CacheFile(Strict):
    name: str
    route: str
    hit_ratio: str


class CpuFile(Strict):
    groupname: str
    limit_cores: float = Field(gt=0)
    ratio: str


class ScrapeFile(Strict):
    interval: Seconds
    offset: Seconds


class HistoryFile(Strict):
    length: Seconds
    step: Seconds
    fine: Seconds


class DisturbanceFile(Strict):
    kind: Kind
    at: TimeOfDay
    lasts: Seconds | None = None
    by_seconds: float | None = None


class CaseFile(Strict):
    version: Literal[1]
    name: str
    title: Title
    timezone: str
    start: Moment
    end: Moment
    quiet: bool = False
    onset: Moment | None = None
    alarm: Moment | None = None
    page_within: Seconds | None = None
    scrape: ScrapeFile
    history: HistoryFile
    transition: Seconds
    spread: float = Field(gt=0)
    figures: dict[str, FigureFile]
    requests: list[RequestsFile] = Field(min_length=1)
    caches: list[CacheFile] = Field(default_factory=list)
    cpus: list[CpuFile] = Field(default_factory=list)
    disturbances: list[DisturbanceFile] = Field(default_factory=list)
    assumptions: list[Title] = Field(default_factory=list)
