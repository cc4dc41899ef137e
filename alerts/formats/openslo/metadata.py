"""``metadata`` of OpenSLO's objects: names, labels and the annotations that are ours."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from alerts.documents import Strict, Window
from alerts.slo import SliKind
from collector.redaction import shortened

OURS = "fireline/"
_NO_LABEL = re.compile(r"[^a-zA-Z0-9_]")


def _ours(annotations: object) -> object:
    """Anybody may annotate anything; what is not ours is not read."""
    if not isinstance(annotations, Mapping):
        return annotations
    return {key: value for key, value in annotations.items() if str(key).startswith(OURS)}


def _label_values(labels: object) -> object:
    """Prometheus' labels of OpenSLO's, whose values may be lists, and whose names may have dots."""
    if not isinstance(labels, Mapping):
        return labels
    return {_label_name(str(name)): _joined(value) for name, value in labels.items()}


def _label_name(name: str) -> str:
    plain = _NO_LABEL.sub("_", name)
    return f"_{plain}" if plain[:1].isdigit() else plain


def _joined(value: object) -> object:
    if isinstance(value, list):
        if not all(isinstance(each, str) for each in value):
            raise ValueError(f"expected text or a list of texts, found {shortened(value)}")
        return ",".join(value)
    return value


Labels = Annotated[dict[str, str], BeforeValidator(_label_values)]

Anything = dict[str, Any]


class NoAnnotations(Strict):
    """Of an object that Fireline has no annotations for."""


class IndicatorAnnotations(Strict):
    """What may stand on an SLI, and on an SLO that uses it."""

    kind: SliKind = Field(SliKind.AVAILABILITY, alias="fireline/kind")
    threshold: Window | None = Field(None, alias="fireline/threshold")
    in_flight: str | None = Field(None, alias="fireline/in-flight")
    demand: str | None = Field(None, alias="fireline/demand")
    targets: str | None = Field(None, alias="fireline/targets")


class SloAnnotations(IndicatorAnnotations):
    title_ko: str = Field("", alias="fireline/title-ko")
    policy: str = Field("", alias="fireline/policy")
    runbook_url: str = Field("", alias="fireline/runbook-url")


class ConditionAnnotations(Strict):
    short_window: Window | None = Field(None, alias="fireline/short-window")


def _checked_name(name: str) -> str:
    if not re.fullmatch(r"[\w]([\w ./|@-]*\w)?", name):
        raise ValueError(f"expected letters, digits and -_./|, found {shortened(name)}")
    return name


class Metadata(Strict):
    """Of an object that others refer to by its name."""

    name: Annotated[str, AfterValidator(_checked_name)]
    display_name: str = Field("", alias="displayName")
    labels: Labels = Field(default_factory=dict)
    annotations: Annotated[NoAnnotations, BeforeValidator(_ours)] = NoAnnotations()


class IndicatorMetadata(Strict):
    name: str = ""
    display_name: str = Field("", alias="displayName")
    labels: Labels = Field(default_factory=dict)
    annotations: Annotated[IndicatorAnnotations, BeforeValidator(_ours)] = Field(
        default_factory=lambda: IndicatorAnnotations.model_validate({})
    )


class SliMetadata(IndicatorMetadata):
    """Of a document: somebody is to refer to it."""

    name: Annotated[str, AfterValidator(_checked_name)]


class ConditionMetadata(Metadata):
    annotations: Annotated[ConditionAnnotations, BeforeValidator(_ours)] = Field(  # type: ignore[assignment]  # others than an object's that has none
        default_factory=lambda: ConditionAnnotations.model_validate({})
    )


class SloMetadata(Strict):
    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")
    display_name: str = Field("", alias="displayName")
    labels: Labels = Field(default_factory=dict)
    annotations: Annotated[SloAnnotations, BeforeValidator(_ours)] = Field(
        default_factory=lambda: SloAnnotations.model_validate({})
    )


class Object(Strict):
    """A document of its own; inline, an object has no version and need not say its kind."""

    api_version: Literal["openslo/v1"] = Field(alias="apiVersion")
