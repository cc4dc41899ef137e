"""Sloth's specs as models: its own file in snake case, and the same in camel case for Kubernetes.

Source: https://github.com/slok/sloth, pkg/prometheus/api/v1 and pkg/kubernetes/api/sloth/v1.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from alerts.documents import Service, Strict
from alerts.formats.labels import Texts
from alerts.formats.objectives import Percent

_PLUGINS = ("slo_plugins", "sloPlugins", "plugins")
_NAME = r"^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$"


class _Sloth(Strict):
    @model_validator(mode="before")
    @classmethod
    def _without_plugins(cls, data: object) -> object:
        for key in _PLUGINS:
            if isinstance(data, Mapping) and data.get(key):
                raise ValueError(f"{key}: plugins of Sloth are not supported, expected none")
        return {k: v for k, v in data.items() if k not in _PLUGINS} if isinstance(data, Mapping) else data


class EventsSpec(_Sloth):
    error_query: str
    total_query: str


class RawSpec(_Sloth):
    error_ratio_query: str


def _in_snake_case(raw: object) -> object:
    """In some versions of Sloth its own files spell this one key as Kubernetes does."""
    if isinstance(raw, Mapping) and "error_ratio_query" not in raw:
        return {"error_ratio_query" if k == "errorRatioQuery" else k: v for k, v in raw.items()}
    return raw


class PluginSpec(_Sloth):
    id: str
    options: Any = None


class SliSpec(_Sloth):
    events: EventsSpec | None = None
    raw: Annotated[RawSpec | None, BeforeValidator(_in_snake_case)] = None
    plugin: PluginSpec | None = None


class AlertSpec(_Sloth):
    disable: bool = False
    labels: Texts = Field(default_factory=dict)
    annotations: Texts = Field(default_factory=dict)


class AlertingSpec(_Sloth):
    name: str = ""
    labels: Texts = Field(default_factory=dict)
    annotations: Texts = Field(default_factory=dict)
    page_alert: AlertSpec = AlertSpec()
    ticket_alert: AlertSpec = AlertSpec()


class SloSpec(_Sloth):
    name: str = Field(pattern=_NAME, max_length=128)
    description: str = ""
    objective: Percent
    labels: Texts = Field(default_factory=dict)
    sli: SliSpec
    alerting: AlertingSpec = AlertingSpec()


class ServiceSpec(_Sloth):
    """A service with its SLOs: the whole of a file, and the ``spec`` of the kind."""

    service: Service
    labels: Texts = Field(default_factory=dict)
    slos: tuple[SloSpec, ...] = Field(min_length=1)


class ServiceFile(ServiceSpec):
    version: Literal["prometheus/v1"]


class CamelEvents(EventsSpec):
    error_query: str = Field(alias="errorQuery")
    total_query: str = Field(alias="totalQuery")


class CamelRaw(RawSpec):
    error_ratio_query: str = Field(alias="errorRatioQuery")


class CamelSli(SliSpec):
    events: CamelEvents | None = None
    raw: CamelRaw | None = None


class CamelAlerting(AlertingSpec):
    page_alert: AlertSpec = Field(AlertSpec(), alias="pageAlert")
    ticket_alert: AlertSpec = Field(AlertSpec(), alias="ticketAlert")


class CamelSlo(SloSpec):
    sli: CamelSli
    alerting: CamelAlerting = Field(default_factory=lambda: CamelAlerting.model_validate({}))


class CamelService(ServiceSpec):
    slos: tuple[CamelSlo, ...] = Field(min_length=1)


class ServiceLevelFile(_Sloth):
    """``metadata`` and ``status`` are for Kubernetes."""

    api_version: Literal["sloth.slok.dev/v1"] = Field(alias="apiVersion")
    kind: Literal["PrometheusServiceLevel"]
    metadata: dict[str, Any] = Field(default_factory=dict)
    spec: CamelService
    status: Any = None
