"""Reads OpenSLO v1, our native format; what OpenSLO has no word for stands in ``fireline/…`` annotations."""

import re
from typing import Literal

from pydantic import Field

from alerts.documents import Document, Service, Strict, Window, duration_seconds
from alerts.errors import SpecError
from alerts.queries import one_series
from alerts.slo import Sli, SliKind, Slo, bad_beyond, bad_counted, bad_remaining

HIGHEST_TARGET = 0.999999999  # a budget below a billionth has no burn rate that floats can tell
_BUCKET = re.compile(r"_bucket\b")


class _QuerySpec(Strict):
    query: str


class _MetricSource(Strict):
    type: Literal["Prometheus", "prometheus"] = "Prometheus"
    metric_source_ref: str = Field("", alias="metricSourceRef")
    spec: _QuerySpec


class _Metric(Strict):
    metric_source: _MetricSource = Field(alias="metricSource")


class _RatioMetric(Strict):
    counter: bool = True
    good: _Metric | None = None
    bad: _Metric | None = None
    total: _Metric


class _IndicatorSpec(Strict):
    description: str = ""
    ratio_metric: _RatioMetric = Field(alias="ratioMetric")


class _Annotations(Strict):
    title_ko: str = Field("", alias="fireline/title-ko")
    kind: SliKind = Field(SliKind.AVAILABILITY, alias="fireline/kind")
    threshold: Window | None = Field(None, alias="fireline/threshold")
    in_flight: str | None = Field(None, alias="fireline/in-flight")
    policy: str = Field("default", alias="fireline/policy")
    runbook_url: str = Field("", alias="fireline/runbook-url")


class _IndicatorMetadata(Strict):
    name: str = ""
    display_name: str = Field("", alias="displayName")


class _Indicator(Strict):
    metadata: _IndicatorMetadata | None = None
    spec: _IndicatorSpec


class _TimeWindow(Strict):
    duration: str
    is_rolling: Literal[True] = Field(alias="isRolling")


class _Objective(Strict):
    display_name: str = Field("", alias="displayName")
    target: float | None = Field(None, gt=0, le=HIGHEST_TARGET)
    target_percent: float | None = Field(None, alias="targetPercent", gt=0, le=100 * HIGHEST_TARGET)


class _Spec(Strict):
    description: str = ""
    service: Service
    indicator: _Indicator
    time_window: list[_TimeWindow] = Field(alias="timeWindow", min_length=1, max_length=1)
    budgeting_method: Literal["Occurrences"] = Field(alias="budgetingMethod")
    objectives: list[_Objective] = Field(min_length=1, max_length=1)


class _Metadata(Strict):
    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")
    display_name: str = Field("", alias="displayName")
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: _Annotations = Field(default_factory=lambda: _Annotations.model_validate({}))


class _SloFile(Strict):
    api_version: Literal["openslo/v1"] = Field(alias="apiVersion")
    kind: Literal["SLO"]
    metadata: _Metadata
    spec: _Spec


def is_openslo(document: Document) -> bool:
    """Whether a document says that it is OpenSLO's."""
    return str(document.content.get("apiVersion", "")).startswith("openslo")


def read_openslo(document: Document) -> list[Slo]:
    """The SLO of a document.

    Raises:
        SpecError: for the first mistake.
    """
    return [_slo(document)]


def _slo(document: Document) -> Slo:
    content = document.parse(_SloFile)
    metadata, spec = content.metadata, content.spec
    title = {"en": metadata.display_name or metadata.name}
    if metadata.annotations.title_ko:
        title["ko"] = metadata.annotations.title_ko
    return Slo(
        name=metadata.name,
        service=spec.service,
        objective=_objective(document.place, spec.objectives[0]),
        sli=_sli(document.place, spec.indicator.spec.ratio_metric, metadata.annotations),
        period_seconds=_period(document.place, spec.time_window[0].duration),
        title=title,
        description=spec.description,
        runbook_url=metadata.annotations.runbook_url,
        labels=metadata.labels,
        policy=metadata.annotations.policy,
    )


def _objective(place: str, objective: _Objective) -> float:
    if objective.target is not None and objective.target_percent is None:
        return objective.target
    if objective.target_percent is not None and objective.target is None:
        return round(objective.target_percent / 100, 12)
    raise SpecError(f"{place}: spec.objectives.0: expected either target (0–1) or targetPercent (0–100)")


def _period(place: str, text: str) -> float:
    try:
        seconds = duration_seconds(text)
    except ValueError as error:
        raise SpecError(
            f"{place}: spec.timeWindow.0.duration: expected days or weeks such as 30d or 4w"
        ) from error
    if seconds <= 0:
        raise SpecError(f"{place}: spec.timeWindow.0.duration: expected more than 0")
    return seconds


def _sli(place: str, ratio: _RatioMetric, annotations: _Annotations) -> Sli:
    total = _query(place, "total", ratio.total)
    if (annotations.kind is SliKind.LATENCY) != (annotations.threshold is not None):
        key = "metadata.annotations.fireline/threshold"
        raise SpecError(f"{place}: {key}: expected with fireline/kind: latency, and only there")
    in_flight = annotations.in_flight
    if in_flight is not None:
        key = "metadata.annotations.fireline/in-flight"
        in_flight = one_series(place, key, in_flight, windowed=False)
    bad, bucket = _bad(place, annotations.kind, ratio, total)
    return Sli(annotations.kind, bad, total, in_flight, annotations.threshold, bucket)


def _bad(place: str, kind: SliKind, ratio: _RatioMetric, total: str) -> tuple[str, str | None]:
    """Bad events, and the bucket that they are counted from."""
    if ratio.bad is not None and ratio.good is None:
        return bad_counted(_query(place, "bad", ratio.bad), total), None
    if ratio.good is not None and ratio.bad is None:
        good = _query(place, "good", ratio.good)
        if kind is SliKind.LATENCY and _BUCKET.search(good):
            return bad_beyond(good, total), good
        return bad_remaining(good, total), None
    raise SpecError(f"{place}: spec.indicator.spec.ratioMetric: expected either good or bad beside total")


def _query(place: str, key: str, metric: _Metric) -> str:
    key = f"spec.indicator.spec.ratioMetric.{key}.metricSource.spec.query"
    return one_series(place, key, metric.metric_source.spec.query)
