"""OpenSLO v1's kinds that say when to alert and whom; inline, or a document of their own."""

from typing import Literal, Self

from pydantic import Field, model_validator

from alerts.documents import Seconds, Strict, Window
from alerts.formats.openslo.metadata import ConditionMetadata, Metadata, Object


class ConditionType(Strict):
    """threshold: a burn rate. lookbackWindow: over how long; alertAfter: for how long it has to hold."""

    kind: Literal["burnrate"] = "burnrate"
    op: Literal["gt"] = "gt"
    threshold: float = Field(gt=0, allow_inf_nan=False)
    lookback_window: Window = Field(alias="lookbackWindow")
    alert_after: Seconds = Field(0.0, alias="alertAfter")


class ConditionSpec(Strict):
    description: str = ""
    severity: str = Field(pattern=r"^\w[\w ./-]*$")
    condition: ConditionType


class AlertConditionFile(Object):
    kind: Literal["AlertCondition"]
    metadata: ConditionMetadata
    spec: ConditionSpec


class ConditionItem(Strict):
    """A reference, or the object."""

    condition_ref: str | None = Field(None, alias="conditionRef")
    kind: Literal["AlertCondition"] = "AlertCondition"
    metadata: ConditionMetadata | None = None
    spec: ConditionSpec | None = None

    @model_validator(mode="after")
    def _either(self) -> Self:
        _either_of("conditionRef", self.condition_ref, self.metadata, self.spec)
        return self


class TargetSpec(Strict):
    target: str
    description: str = ""


class AlertNotificationTargetFile(Object):
    kind: Literal["AlertNotificationTarget"]
    metadata: Metadata
    spec: TargetSpec


class TargetItem(Strict):
    """A reference, or the object."""

    target_ref: str | None = Field(None, alias="targetRef")
    kind: Literal["AlertNotificationTarget"] = "AlertNotificationTarget"
    metadata: Metadata | None = None
    spec: TargetSpec | None = None

    @model_validator(mode="after")
    def _either(self) -> Self:
        _either_of("targetRef", self.target_ref, self.metadata, self.spec)
        return self


class PolicySpec(Strict):
    """alertWhenResolved: read and left to routing, which tells ends to those who want them."""

    description: str = ""
    alert_when_no_data: bool = Field(False, alias="alertWhenNoData")
    alert_when_resolved: bool = Field(False, alias="alertWhenResolved")
    alert_when_breaching: bool = Field(True, alias="alertWhenBreaching")
    conditions: list[ConditionItem] = Field(min_length=1, max_length=1)
    notification_targets: list[TargetItem] = Field(default_factory=list, alias="notificationTargets")


class AlertPolicyFile(Object):
    kind: Literal["AlertPolicy"]
    metadata: Metadata
    spec: PolicySpec


class PolicyItem(Strict):
    """A reference, as a mapping or as the name alone, or the object."""

    alert_policy_ref: str | None = Field(None, alias="alertPolicyRef")
    kind: Literal["AlertPolicy"] = "AlertPolicy"
    metadata: Metadata | None = None
    spec: PolicySpec | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: object) -> object:
        return {"alertPolicyRef": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _either(self) -> Self:
        _either_of("alertPolicyRef", self.alert_policy_ref, self.metadata, self.spec)
        return self


def _either_of(key: str, reference: str | None, metadata: object, spec: object) -> None:
    inline = [part for part in (metadata, spec) if part is not None]
    if len(inline) != (2 if reference is None else 0):
        raise ValueError(f"expected either {key} or metadata and spec")
