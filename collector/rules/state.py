"""What becomes of an alert at an evaluation: state + observation + time → new state + reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from collector.labels import Labels

RESOLVED_RETENTION_SECONDS = 15 * 60.0
RESTORE_GRACE_SECONDS = 10 * 60.0
OUTAGE_TOLERANCE_SECONDS = 60 * 60.0


class AlertState(StrEnum):
    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"


class Reason(StrEnum):
    """Why an alert is now in its state."""

    APPEARED = "inactive=>pending"
    HELD = "pending=>firing"
    APPEARED_AND_HELD = "inactive=>firing"
    WAITING = "pending: for is not over"
    GONE = "pending=>inactive"
    STILL_FIRING = "firing"
    KEPT = "firing: keep_firing_for"
    RESOLVED = "firing=>inactive"
    REMEMBERED = "inactive: resolved lately"
    FORGOTTEN = "forgotten"


TRANSITIONS = {Reason.APPEARED, Reason.HELD, Reason.APPEARED_AND_HELD, Reason.GONE, Reason.RESOLVED}


@dataclass(frozen=True)
class Alert:
    """One alert of a rule; times are Unix seconds, None where it has not happened."""

    labels: Labels
    state: AlertState
    active_at: float
    value: float
    annotations: Mapping[str, str] = field(default_factory=dict)
    fired_at: float | None = None
    resolved_at: float | None = None
    absent_since: float | None = None
    last_sent_at: float | None = None


@dataclass(frozen=True)
class Observed:
    """What the rule's expression says now about the alert's labels."""

    value: float
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hold:
    """A rule's ``for`` and ``keep_firing_for``."""

    for_seconds: float
    keep_seconds: float = 0.0


def advance(
    alert: Alert | None, labels: Labels, observed: Observed | None, hold: Hold, at: float
) -> tuple[Alert | None, Reason]:
    """The alert after an evaluation at ``at``; None once nothing needs to remember it."""
    if observed is not None:
        return _seen(alert, labels, observed, hold, at)
    if alert is None:
        return None, Reason.FORGOTTEN
    return _missing(alert, hold, at)


def _seen(
    alert: Alert | None, labels: Labels, observed: Observed, hold: Hold, at: float
) -> tuple[Alert | None, Reason]:
    known = alert if alert is not None and alert.state is not AlertState.INACTIVE else None
    active = known or Alert(labels, AlertState.PENDING, at, observed.value)
    active = replace(active, value=observed.value, annotations=observed.annotations, absent_since=None)
    if active.state is AlertState.FIRING:
        return active, Reason.STILL_FIRING
    if at - active.active_at >= hold.for_seconds:
        fired = replace(active, state=AlertState.FIRING, fired_at=at)
        return fired, Reason.HELD if known else Reason.APPEARED_AND_HELD
    return active, Reason.WAITING if known else Reason.APPEARED


def _missing(alert: Alert, hold: Hold, at: float) -> tuple[Alert | None, Reason]:
    if alert.state is AlertState.PENDING:
        return None, Reason.GONE
    if alert.state is AlertState.FIRING:
        since = at if alert.absent_since is None else alert.absent_since
        if hold.keep_seconds > 0 and at - since < hold.keep_seconds:
            return replace(alert, absent_since=since), Reason.KEPT
        return replace(alert, state=AlertState.INACTIVE, resolved_at=at), Reason.RESOLVED
    assert alert.resolved_at is not None
    if at - alert.resolved_at > RESOLVED_RETENTION_SECONDS:
        return None, Reason.FORGOTTEN
    return alert, Reason.REMEMBERED


def needs_sending(alert: Alert, at: float, resend_seconds: float) -> bool:
    """Firing and lately resolved alerts are sent at once, then again every ``resend_seconds``."""
    if alert.state is AlertState.PENDING:
        return False
    if alert.last_sent_at is None:
        return True
    if alert.resolved_at is not None and alert.resolved_at > alert.last_sent_at:
        return True
    return at - alert.last_sent_at >= resend_seconds


def restored_active_at(active_at: float, last_seen_at: float, for_seconds: float, at: float) -> float:
    """When a pending alert counts as having begun, after an outage from ``last_seen_at`` to ``at``.

    The time waited before the outage counts, the outage does not, and it waits the grace period at least.
    As Prometheus' RestoreForState.
    """
    remaining = for_seconds - (last_seen_at - active_at)
    if remaining <= 0:
        return active_at
    if remaining < RESTORE_GRACE_SECONDS:
        return at + RESTORE_GRACE_SECONDS - for_seconds
    return active_at + (at - last_seen_at)
