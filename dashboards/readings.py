"""What the control room last saw: objectives, guardrails and targets, with the time of the look."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from alerts.budget.account import Account
from alerts.budget.status import BudgetStatus
from alerts.guardrails.spec import Guardrail
from alerts.selectors import Unmatched
from alerts.slo import Slo
from collector.durations import format_duration

SHOWN_WINDOWS_SECONDS = (300.0, 3600.0, 21_600.0)


class State(StrEnum):
    """How something stands; each has its own icon and words."""

    OK = "ok"
    BURNING = "burning"  # an objective's alert condition holds
    SPENT = "spent"
    CROSSED = "crossed"  # a guardrail's alert fires
    PENDING = "past_limit"  # its condition holds, for less than its ``for``
    UP = "up"
    DOWN = "down"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class SloReading:
    """``account`` is None until the objective's counts were read.

    unmatched: why the query of bad events never finds any, where that is seen.
    """

    slo: Slo
    account: Account | None = None
    unmatched: Unmatched | None = None

    @property
    def status(self) -> BudgetStatus | None:
        return None if self.account is None else self.account.status

    @property
    def state(self) -> State:
        return State.NO_DATA if self.status is None else State(self.status.state)

    @property
    def budget_remaining(self) -> float | None:
        return None if self.status is None else self.status.budget_remaining

    @property
    def burn_rate(self) -> Mapping[str, float | None]:
        """Over the windows that people compare, written as Prometheus does (5m, 1h, 6h), shortest first."""
        known = {} if self.status is None else self.status.burn_rate
        return {format_duration(window): known.get(window) for window in SHOWN_WINDOWS_SECONDS}

    @property
    def error_ratio(self) -> float | None:
        """Over the shortest of these windows."""
        rate = next(iter(self.burn_rate.values()))
        return None if rate is None else rate * self.slo.error_budget


@dataclass(frozen=True)
class GuardrailReading:
    """``pending_since``: since when (Unix seconds) its condition has held, while its alert waits."""

    guardrail: Guardrail
    state: State
    value: float | None
    pending_since: float | None = None


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

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Of the objectives whose counts were read."""
        return tuple(reading.account for reading in self.slos if reading.account is not None)
