"""The SLO, as every format is read into it and everything else reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from alerts.policy import Policy, Severity, Tier

WINDOW = "$window"
HIGHEST_OBJECTIVE = 0.999999999  # a budget below a billionth has no burn rate that floats can tell
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
    demand: an instant query above 0 while requests arrive at the edge; where none is counted then, all fail.
    targets: a selector of the ``up`` of what the queries' series come from.
    counts_events: False where only the ratio of both means something, as of rates and of averages.
    is_raw: whether a ready-made ratio of failures is asked for: it has no result before the first failure.
    slice_seconds: where not events but stretches of time are counted, how long each is.
    slice_bad_ratio: the share of bad events above which a slice is bad.
    good: the count of good events, where ``bad`` is what remains of all.
    """

    kind: SliKind
    bad: str
    total: str
    in_flight: str | None = None
    threshold_seconds: float | None = None
    bucket: str | None = None
    counts_events: bool = True
    slice_seconds: float | None = None
    demand: str | None = None
    targets: str | None = None
    good: str | None = None
    slice_bad_ratio: float = 0.0
    is_raw: bool = False

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


def bad_remaining(good: str, total: str, fewest: int = FEWEST_WITHOUT_SUCCESS) -> str:
    """Bad events are those that are not good.

    Without one success there is no good counter: all is bad, once enough (``fewest``) were counted to tell.
    """
    told = f"({total} >= {fewest})" if fewest else total
    return f"{total} - ({good} or {told} * 0)"


def bad_beyond(bucket: str, total: str) -> str:
    """Bad events are those beyond a bucket. It is born with the count: absent, it is misspelt."""
    return f"{total} - {bucket}"


class CalendarUnit(StrEnum):
    """The unit of a calendar period, as the letter of OpenSLO's duration."""

    DAY = "d"
    WEEK = "w"
    MONTH = "M"
    QUARTER = "Q"
    YEAR = "Y"


@dataclass(frozen=True)
class Calendar:
    """Periods of ``count`` units one after another from ``start`` on, in a time zone.

    start: local time of the first period's begin, as ``2026-01-01 00:00:00``. zone: such as ``Asia/Seoul``.
    """

    unit: CalendarUnit
    count: int
    start: str
    zone: str


@dataclass(frozen=True)
class AlertTexts:
    """What a spec says of its alerts of one severity. disabled: there are none."""

    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    disabled: bool = False


@dataclass(frozen=True)
class Alerting:
    """What a spec says of its burn alerts, over what Fireline would say. name: empty for Fireline's.

    labels, annotations: of all of them; those of a severity go over these.
    tells_no_data: whether there is an alert on data that is absent.
    """

    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    by_severity: Mapping[Severity, AlertTexts] = field(default_factory=dict)
    tells_no_data: bool = True

    def of(self, severity: Severity) -> AlertTexts:
        """Those of one severity, with what is said of all."""
        own = self.by_severity.get(severity, AlertTexts())
        return AlertTexts(
            {**self.labels, **own.labels}, {**self.annotations, **own.annotations}, own.disabled
        )


@dataclass(frozen=True)
class Slo:
    """An objective (0–1) for a service over a period: a rolling one, or one of the calendar.

    period_seconds: of a calendar period, what it lasts as a rule; burn rates are reckoned with it.
    policy: a built-in policy's name or a file's path; own_policy: the policy itself, where the spec holds it.
    format: of the file that it was read from, such as ``openslo/v1``.
    """

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
    own_policy: Policy | None = None
    calendar: Calendar | None = None
    alerting: Alerting = field(default_factory=Alerting)
    format: str = "openslo/v1"

    @property
    def error_budget(self) -> float:
        """The share of events that may be bad: 1 − objective."""
        return round(1.0 - self.objective, 12)

    def alerting_tiers(self, policy: Policy) -> tuple[Tier, ...]:
        """Those of its policy that have an alert: of severities that the spec does not disable."""
        return tuple(tier for tier in policy.tiers if not self.alerting.of(tier.severity).disabled)
