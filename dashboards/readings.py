"""What the control room last saw: objectives, guardrails and targets, with the time of the look."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from alerts.guardrails import Guardrail
from alerts.slo import Slo


class State(StrEnum):
    """How something stands; each has its own icon and words."""

    OK = "ok"
    BURNING = "burning"  # an objective's alert condition holds
    SPENT = "spent"
    CROSSED = "crossed"  # a guardrail's condition holds
    UP = "up"
    DOWN = "down"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class SloReading:
    """burn_rate: by window as Prometheus writes it (5m, 1h …), shortest first."""

    slo: Slo
    state: State
    budget_remaining: float | None
    burn_rate: Mapping[str, float | None]
    error_ratio: float | None


@dataclass(frozen=True)
class GuardrailReading:
    guardrail: Guardrail
    state: State
    value: float | None


@dataclass(frozen=True)
class TargetReading:
    job: str
    instance: str
    state: State
    scrape_seconds: float | None = None
    error: str = ""


@dataclass(frozen=True)
class Readings:
    """``at`` is None until the first look; ``failure`` is why the last one failed, if it did."""

    at: float | None = None
    slos: tuple[SloReading, ...] = ()
    guardrails: tuple[GuardrailReading, ...] = ()
    targets: tuple[TargetReading, ...] = ()
    failure: str = ""
