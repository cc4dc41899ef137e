"""OpenSLO v1's kinds as models: https://github.com/OpenSLO/OpenSLO, its README of version 1."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from alerts.documents import Service, Strict, Window
from alerts.formats.objectives import Percent, Share
from alerts.formats.openslo.alert_kinds import (
    AlertConditionFile,
    AlertNotificationTargetFile,
    AlertPolicyFile,
    PolicyItem,
)
from alerts.formats.openslo.metadata import (
    Anything,
    IndicatorMetadata,
    Metadata,
    Object,
    SliMetadata,
    SloMetadata,
)
from collector.redaction import shortened

_OPS = Literal["lte", "gte", "lt", "gt"]
_FIRST_YEAR, _LAST_YEAR = 1970, 2200
_COMPOSITE = ("indicator", "indicatorRef", "compositeWeight")


class QuerySpec(Strict):
    query: str


class MetricSource(Strict):
    """spec: arbitrary for other sources than Prometheus, so that it is read once the type is known."""

    type: str = ""
    metric_source_ref: str = Field("", alias="metricSourceRef")
    spec: Anything


class Metric(Strict):
    metric_source: MetricSource = Field(alias="metricSource")


class RatioMetric(Strict):
    counter: bool = True
    good: Metric | None = None
    bad: Metric | None = None
    total: Metric | None = None
    raw_type: Literal["success", "failure"] | None = Field(None, alias="rawType")
    raw: Metric | None = None


class IndicatorSpec(Strict):
    description: str = ""
    ratio_metric: RatioMetric | None = Field(None, alias="ratioMetric")
    threshold_metric: Metric | None = Field(None, alias="thresholdMetric")


class Indicator(Strict):
    kind: Literal["SLI"] = "SLI"
    metadata: IndicatorMetadata | None = None
    spec: IndicatorSpec


class SliFile(Object):
    kind: Literal["SLI"]
    metadata: SliMetadata
    spec: IndicatorSpec


def _local_time(value: object) -> object:
    """YAML reads a date with a time as such; in quotes it is text."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001  local time of the zone beside it
    if not isinstance(value, datetime) or value.tzinfo is not None:
        raise ValueError("expected a local time such as 2026-01-01 00:00:00")
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(f"expected a year from {_FIRST_YEAR} to {_LAST_YEAR}, found {value.year}")
    return value.strftime("%Y-%m-%d %H:%M:%S")


class CalendarSpec(Strict):
    start_time: Annotated[str, BeforeValidator(_local_time)] = Field(alias="startTime")
    time_zone: str = Field(alias="timeZone")


def _period(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(f"expected a period such as 30d, found {shortened(value)}")  # noqa: TRY004  wrapped
    return value


class TimeWindow(Strict):
    duration: Annotated[str, BeforeValidator(_period)]
    is_rolling: bool | None = Field(None, alias="isRolling")
    calendar: CalendarSpec | None = None


def _slice_window(value: object) -> object:
    """A number counts minutes."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value * 60:.0f}s" if 0 < value < 10**6 else shortened(value)
    return value


class Objective(Strict):
    display_name: str = Field("", alias="displayName")
    op: _OPS | None = None
    value: float | None = Field(None, allow_inf_nan=False)
    target: Share | None = None
    target_percent: Percent | None = Field(None, alias="targetPercent")
    time_slice_target: float | None = Field(None, alias="timeSliceTarget", gt=0, le=1)
    time_slice_window: Annotated[Window | None, BeforeValidator(_slice_window)] = Field(
        None, alias="timeSliceWindow"
    )

    @model_validator(mode="before")
    @classmethod
    def _not_composite(cls, data: object) -> object:
        composite = [key for key in _COMPOSITE if isinstance(data, Mapping) and key in data]
        if composite:
            raise ValueError(
                f"{composite[0]}: composite objectives are not supported, expected one indicator"
            )
        return data


class SloSpec(Strict):
    description: str = ""
    service: Service
    indicator: Indicator | None = None
    indicator_ref: str | None = Field(None, alias="indicatorRef")
    time_window: list[TimeWindow] = Field(alias="timeWindow", min_length=1, max_length=1)
    budgeting_method: Literal["Occurrences", "Timeslices"] = Field(alias="budgetingMethod")
    objectives: list[Objective] = Field(min_length=1, max_length=100)
    alert_policies: list[PolicyItem] = Field(default_factory=list, alias="alertPolicies")


class SloFile(Object):
    kind: Literal["SLO"]
    metadata: SloMetadata
    spec: SloSpec


class DescribedSpec(Strict):
    description: str = ""


class ServiceFile(Object):
    kind: Literal["Service"]
    metadata: Metadata
    spec: DescribedSpec = DescribedSpec()


class DataSourceSpec(Strict):
    """connectionDetails: anything; queries go to the server that Fireline is told of elsewhere."""

    description: str = ""
    type: str
    connection_details: Any = Field(None, alias="connectionDetails")


class DataSourceFile(Object):
    kind: Literal["DataSource"]
    metadata: Metadata
    spec: DataSourceSpec


KINDS: dict[str, type[Object]] = {
    "SLO": SloFile,
    "SLI": SliFile,
    "Service": ServiceFile,
    "DataSource": DataSourceFile,
    "AlertPolicy": AlertPolicyFile,
    "AlertCondition": AlertConditionFile,
    "AlertNotificationTarget": AlertNotificationTargetFile,
}
"""What each document of a kind is read with."""
