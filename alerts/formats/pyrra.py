"""Pyrra's ``ServiceLevelObjective`` as an SLO.

Source: https://github.com/pyrra-dev/pyrra, kubernetes/api/v1alpha1 (its keys) and slo/rules.go (its windows).
"""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from pydantic import Field, model_validator

from alerts.burnrate import factor
from alerts.documents import Document, Service, Strict, Window
from alerts.errors import SpecError
from alerts.formats.labels import with_labels_filled
from alerts.formats.objectives import Percent
from alerts.identity import exported, identity_labels
from alerts.policy import Policy, Severity, Tier, load_policy
from alerts.queries import checked_query, one_series
from alerts.slo import (
    WINDOW,
    Alerting,
    AlertTexts,
    Sli,
    SliKind,
    Slo,
    bad_beyond,
    bad_counted,
)
from collector.durations import format_duration
from collector.errors import QueryError
from collector.labels import METRIC_NAME, MatchOp
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import Selector
from collector.redaction import shortened

FORMAT = "pyrra.dev/v1alpha1"
_PREFIX = "pyrra.dev/"  # of labels and annotations that are meant for alerts
_USUAL_SECONDS = 28 * 86_400.0
_LEAST_SECONDS = 3 * 86_400.0  # its shortest windows are a 8064th, rounded to minutes
_UNSUPPORTED = {
    "latencyNative": "native histograms are not supported",
    "rulenamespace": "is for Pyrra's operator",
    "absentName": "the alert on absent data is NoSloData",
}
_NO_LABEL = re.compile(r"[^a-zA-Z0-9_]")
_POSITIVE = {MatchOp.EQUAL, MatchOp.REGEX}
_SEVERITIES: dict[Severity, str] = {"page": "critical", "ticket": "warning"}


class _Pyrra(Strict):
    @model_validator(mode="before")
    @classmethod
    def _supported(cls, data: object) -> object:
        for key, reason in _UNSUPPORTED.items():
            if isinstance(data, Mapping) and key in data:
                raise ValueError(f"{key}: {reason}, expected it left out")
        if isinstance(data, Mapping) and data.get("grouping"):
            raise ValueError(
                "grouping: expected an objective for each group instead, since each has a budget"
            )
        return {k: v for k, v in data.items() if k != "grouping"} if isinstance(data, Mapping) else data


class _Metric(_Pyrra):
    metric: str


class _Ratio(_Pyrra):
    errors: _Metric
    total: _Metric


class _Latency(_Pyrra):
    success: _Metric
    total: _Metric


class _Indicator(_Pyrra):
    ratio: _Ratio | None = None
    latency: _Latency | None = None
    bool_gauge: _Metric | None = None


class _Alerting(_Pyrra):
    disabled: bool = False
    name: str = ""
    burnrates: bool = True
    absent: bool = True
    burn_rate_type: Literal["static"] = Field("static", alias="burnRateType")


class _Spec(_Pyrra):
    """partial_response_strategy: for Thanos, whose rules are not written here."""

    description: str = ""
    target: Percent
    window: Window
    indicator: _Indicator
    partial_response_strategy: str = ""
    alerting: _Alerting = Field(default_factory=lambda: _Alerting.model_validate({}))


class _ServiceName(Strict):
    service: Service


class _File(_Pyrra):
    """metadata: as Kubernetes has it, more than anybody reads."""

    api_version: Literal["pyrra.dev/v1alpha1"] = Field(alias="apiVersion")
    kind: Literal["ServiceLevelObjective"]
    metadata: dict[str, Any]
    spec: _Spec
    status: Any = None


def is_pyrra(document: Document) -> bool:
    """Whether a document says that it is Pyrra's."""
    return str(document.content.get("apiVersion", "")).startswith("pyrra.dev/")


def read_pyrra(document: Document) -> list[Slo]:
    """The SLO of a document. Its service is the label ``pyrra.dev/service``, or the ``job`` that is counted.

    Raises:
        SpecError: for the first mistake.
    """
    place, content = document.place, document.parse(_File)
    spec, name = content.spec, content.metadata.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", name):
        raise SpecError(f"{place}: metadata.name: expected small letters, digits, - and ., found {name!r}")
    labels = _ours(place, content.metadata, "labels")
    sli, job = _sli(place, spec.indicator)
    service = labels.pop("service", "") or job or name
    policy = _policy(place, spec.window)
    slo = Slo(
        name=name,
        service=Document(f"{place}: metadata", {"service": service}).parse(_ServiceName).service,
        objective=round(spec.target / 100, 12),
        sli=sli,
        period_seconds=spec.window,
        title={"en": name},
        description=spec.description,
        policy=policy.name,
        own_policy=None if spec.window == _USUAL_SECONDS else policy,
        format=FORMAT,
    )
    if isinstance(namespace := content.metadata.get("namespace"), str):
        labels = {"namespace": namespace, **labels}
    slo = replace(slo, labels=exported(labels, identity_labels(slo)))
    return [
        replace(slo, alerting=_alerting(slo, spec.alerting, _ours(place, content.metadata, "annotations")))
    ]


def _ours(place: str, metadata: Mapping[str, Any], key: str) -> dict[str, str]:
    """Labels or annotations that are meant for alerts, without the prefix that says so."""
    given = metadata.get(key) or {}
    if not isinstance(given, Mapping):
        raise SpecError(f"{place}: metadata.{key}: expected names with texts, found {shortened(given)}")
    meant = {str(name): text for name, text in given.items() if str(name).startswith(_PREFIX)}
    for name, text in meant.items():
        if not isinstance(text, str):
            raise SpecError(
                f"{place}: metadata.{key}.{name}: expected text in quotes, found {shortened(text)}"
            )
    return {_NO_LABEL.sub("_", name.removeprefix(_PREFIX)): text for name, text in meant.items()}


def _alerting(slo: Slo, said: _Alerting, annotations: Mapping[str, str]) -> Alerting:
    known = {**slo.labels, **identity_labels(slo)}
    disabled = said.disabled or not said.burnrates
    inherited = {name: slo.labels[name] for name in ("severity",) if name in slo.labels}
    if "tier" in slo.labels:
        inherited["exported_tier"] = slo.labels["tier"]
    return Alerting(
        said.name,
        inherited,
        {name: with_labels_filled(text, known) for name, text in annotations.items()},
        {
            severity: AlertTexts({} if "severity" in inherited else {"severity": word}, disabled=disabled)
            for severity, word in _SEVERITIES.items()
        },
        tells_no_data=said.absent and not said.disabled,
    )


def _sli(place: str, indicator: _Indicator) -> tuple[Sli, str]:
    """The indicator, and the job whose series it counts, where it says one."""
    given = [key for key in ("ratio", "latency", "bool_gauge") if getattr(indicator, key) is not None]
    key = "spec.indicator"
    if len(given) != 1:
        raise SpecError(
            f"{place}: {key}: expected one of ratio, latency and bool_gauge, found {given or 'none'}"
        )
    if indicator.ratio is not None:
        total, job = _increase(place, f"{key}.ratio.total.metric", indicator.ratio.total)
        errors, _ = _increase(place, f"{key}.ratio.errors.metric", indicator.ratio.errors)
        return Sli(SliKind.AVAILABILITY, bad_counted(errors, total), total), job
    if indicator.latency is not None:
        return _latency(place, f"{key}.latency", indicator.latency)
    assert indicator.bool_gauge is not None  # one of the three is given
    gauge_key = f"{key}.bool_gauge.metric"
    selector, job = _selector(place, gauge_key, indicator.bool_gauge.metric)
    total, good = (
        one_series(place, gauge_key, f"sum({function}_over_time({selector}[{WINDOW}]))")
        for function in ("count", "sum")
    )
    return Sli(SliKind.AVAILABILITY, f"{total} - {good}", total), job


def _latency(place: str, key: str, latency: _Latency) -> tuple[Sli, str]:
    total, job = _increase(place, f"{key}.total.metric", latency.total)
    good, _ = _increase(place, f"{key}.success.metric", latency.success)
    seconds = _bound_seconds(place, f"{key}.success.metric", latency.success.metric)
    return Sli(SliKind.LATENCY, bad_beyond(good, total), total, threshold_seconds=seconds, bucket=good), job


def _bound_seconds(place: str, key: str, bucket: str) -> float:
    """The bound that a bucket's ``le`` says; of ``le=~"1|1.0"`` the first."""
    bounds = [m.value for m in _parsed(place, key, bucket).matchers if m.name == "le" and m.op in _POSITIVE]
    try:
        (bound,) = (float(value.partition("|")[0]) for value in bounds)
    except ValueError as error:
        raise SpecError(f'{place}: {key}: expected a bucket, such as {{le="0.5"}}') from error
    return bound


def _increase(place: str, key: str, metric: _Metric) -> tuple[str, str]:
    selector, job = _selector(place, key, metric.metric)
    return one_series(place, key, f"sum(increase({selector}[{WINDOW}]))"), job


def _selector(place: str, key: str, metric: str) -> tuple[str, str]:
    """A selector on one line, and the job that it names."""
    text = checked_query(place, key, metric, windowed=False)
    node = _parsed(place, key, text)
    jobs = [m.value for m in node.matchers if m.name == "job" and m.op is MatchOp.EQUAL]
    return text, jobs[0] if jobs else ""


def _parsed(place: str, key: str, text: str) -> Selector:
    """Raises ``SpecError`` for anything but a selector of a metric's name."""
    try:
        node = parse(text, size=QuerySize())
    except QueryError as error:
        raise SpecError(f"{place}: {key}: expected PromQL: {error}") from error
    if not isinstance(node, Selector) or node.offset_ms or node.at is not None:
        raise SpecError(
            f"{place}: {key}: expected a metric with labels and nothing else, found {shortened(text)}"
        )
    if not any(m.name == METRIC_NAME for m in node.matchers):
        raise SpecError(f"{place}: {key}: expected the name of a metric, found {shortened(text)}")
    return node


def _policy(place: str, window_seconds: float) -> Policy:
    """Pyrra's four tiers: windows and ``for`` scale with the period, the factors stay."""
    usual = load_policy("pyrra")
    if window_seconds == _USUAL_SECONDS:
        return usual
    if window_seconds < _LEAST_SECONDS:
        raise SpecError(f"{place}: spec.window: expected 3d or more, since Pyrra's windows are parts of it")
    scale = window_seconds / _USUAL_SECONDS
    tiers = tuple(_scaled(tier, scale, window_seconds) for tier in usual.tiers)
    return Policy(f"pyrra-{format_duration(window_seconds)}", tiers, window_seconds)


def _scaled(tier: Tier, scale: float, period_seconds: float) -> Tier:
    long = _minutes(tier.long_seconds * scale)
    return replace(
        tier,
        name=format_duration(long),
        long_seconds=long,
        short_seconds=_minutes(tier.short_seconds * scale),
        for_seconds=_minutes(tier.for_seconds * scale),
        budget_share=factor(tier, _USUAL_SECONDS) * long / period_seconds,
    )


def _minutes(seconds: float) -> float:
    """Rounded to minutes, halves up, as Pyrra does."""
    return math.floor(seconds / 60 + 0.5) * 60.0
