"""The SLO, as every format is read into it and everything else reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

WINDOW = "$window"
FEWEST_WITHOUT_SUCCESS = 10  # as few bad events as the fast tier of the default policy fires on


class SliKind(StrEnum):
    AVAILABILITY = "availability"
    LATENCY = "latency"


@dataclass(frozen=True)
class Sli:
    """Bad and total events as PromQL increases, with ``$window`` where the window goes.

    bad, total: increases of events over the window, one series without labels each; bad where total is.
    bucket: the histogram bucket that ``bad`` is counted from, if it is; where it is absent, so is bad.
    in_flight: an instant query above 0 while requests have begun and not ended; tells a hang from idleness.
    """

    kind: SliKind
    bad: str
    total: str
    in_flight: str | None = None
    threshold_seconds: float | None = None
    bucket: str | None = None

    def bad_over(self, window: str) -> str:
        return self.bad.replace(WINDOW, window)

    def total_over(self, window: str) -> str:
        return self.total.replace(WINDOW, window)

    def needed_over(self, window: str) -> tuple[str, ...]:
        """What has to match something, or there is nothing to judge by."""
        needed = (self.total,) if self.bucket is None else (self.total, self.bucket)
        return tuple(query.replace(WINDOW, window) for query in needed)


def bad_counted(bad: str, total: str) -> str:
    """Bad events that are counted; a counter that is not born yet means none."""
    return f"{bad} or {total} * 0"


def bad_remaining(good: str, total: str) -> str:
    """Bad events are those that are not good.

    Without one success there is no good counter: all is bad, once enough were counted to tell.
    """
    return f"{total} - ({good} or ({total} >= {FEWEST_WITHOUT_SUCCESS}) * 0)"


def bad_beyond(bucket: str, total: str) -> str:
    """Bad events are those beyond a bucket. It is born with the count: absent, it is misspelt."""
    return f"{total} - {bucket}"


@dataclass(frozen=True)
class Slo:
    """An objective (0–1) for a service over a rolling period."""

    name: str
    service: str
    objective: float
    sli: Sli
    period_seconds: float = 30 * 86_400.0
    title: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    runbook_url: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    policy: str = "default"

    @property
    def error_budget(self) -> float:
        """The share of events that may be bad: 1 − objective."""
        return round(1.0 - self.objective, 12)
