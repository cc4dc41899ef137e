"""Which incident an alert joins, and when an incident is over; pure decisions, each with its reason."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from alerts.receive import Alert, Severity


class State(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Action(StrEnum):
    KEEP = "keep"  # nothing changes
    HOLD = "hold"  # the alert is kept, no incident takes it
    JOIN = "join"
    ESCALATE = "escalate"
    REOPEN = "reopen"
    OPEN = "open"
    RESOLVE = "resolve"


class Reason(StrEnum):
    ALREADY_IN = "already part of the incident"
    FIRES_AGAIN = "fires again"
    CLOSED_BY_HAND = "closed by hand while it fired"
    SAME_OBJECTIVE = "its objective has a new incident"
    SILENCED = "silenced"
    SAME_SERVICE = "same service"
    DEPENDS_ON = "depends on a service of the incident"
    NEEDED_BY = "a service of the incident depends on it"
    SHARED_DEPENDENCY = "shares a dependency with the incident"
    UNRELATED = "no related incident"
    PAGE_JOINED = "a page joined a ticket"
    NOT_RUNG = "no page rang since it opened"
    QUIET_FOR_LONG = "no page fired for a while"
    STILL_FIRING = "alerts still fire"
    CALM_TOO_SHORT = "not calm for long enough"
    ALL_RESOLVED = "all alerts resolved"


_CLOSEST_FIRST = (Reason.SAME_SERVICE, Reason.DEPENDS_ON, Reason.NEEDED_BY, Reason.SHARED_DEPENDENCY)


@dataclass(frozen=True)
class Timing:
    """For how long an ended incident may go on, and how long it must be quiet before it ends.

    reopen_seconds: also for how long one that is open may be without a page before the next one rings.
    """

    reopen_seconds: float = 600.0
    calm_seconds: float = 60.0


@dataclass(frozen=True)
class Incident:
    """What people work on. ``version`` counts its changes, so that two workers never overwrite each other.

    rung: a page rang since it opened, or opened again.
    resolved_at, closed_at: when it was over, as people say, and when that was recorded.
    title: in the language of the messages; ``titles``: by language, empty for incidents of an older Fireline.
    headline: the fingerprint of the alert that the title is of; empty as titles may be.
    """

    id: str
    title: str
    severity: Severity
    services: tuple[str, ...]
    started_at: float
    detected_at: float
    state: State = State.OPEN
    paged_at: float | None = None
    acknowledged_at: float | None = None
    resolved_at: float | None = None
    closed_by: str = ""  # who closed it; empty when it ended by itself
    rung: bool = False
    closed_at: float | None = None
    version: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)
    headline: str = ""

    @property
    def is_resolved(self) -> bool:
        return self.state is State.RESOLVED

    def titled(self, language: str) -> str:
        """Its title in the reader's language, where it is known in it."""
        return self.titles.get(language) or self.title


@dataclass(frozen=True)
class Decision:
    action: Action
    reason: Reason
    incident: Incident | None = None


class Dependencies:
    """Which services stand on which, followed all the way down; circles are allowed."""

    def __init__(self, depends_on: Mapping[str, Collection[str]] | None = None) -> None:
        direct = depends_on or {}
        self._below = {service: _reachable(service, direct) for service in direct}

    def below(self, service: str) -> frozenset[str]:
        return self._below.get(service, frozenset())

    def reach(self, service: str) -> frozenset[str]:
        """The service and all that it stands on."""
        return self.below(service) | {service}

    def relation(self, service: str, other: str) -> Reason | None:
        """How ``service`` is related to ``other``, or None."""
        if service == other:
            return Reason.SAME_SERVICE
        if other in self.below(service):
            return Reason.DEPENDS_ON
        if service in self.below(other):
            return Reason.NEEDED_BY
        return Reason.SHARED_DEPENDENCY if self.below(service) & self.below(other) else None

    def closest(self, service: str, others: Iterable[str]) -> Reason | None:
        """The closest relation of ``service`` to any of ``others``, or None."""
        found = {self.relation(service, other) for other in others}
        return next((reason for reason in _CLOSEST_FIRST if reason in found), None)


def _reachable(service: str, direct: Mapping[str, Collection[str]]) -> frozenset[str]:
    seen: set[str] = set()
    ahead = list(direct.get(service, ()))
    while ahead:
        current = ahead.pop()
        if current not in seen:
            seen.add(current)
            ahead.extend(direct.get(current, ()))
    return frozenset(seen - {service})


def place(
    alert: Alert,
    home: Incident | None,
    incidents: Sequence[Incident],
    dependencies: Dependencies,
    at: float,
    *,
    silenced: bool = False,
    told: bool = False,
    timing: Timing = Timing(),
) -> Decision:
    """Where a firing alert belongs.

    home: the incident that took this alert when it last fired.
    told: it goes on firing, and home's people heard of that.
    incidents: those that are open, or ended so lately that they may go on.
    """
    if home is not None and not home.is_resolved:
        calls = is_call(alert, silenced=silenced, told=told)
        return _joined(alert, home, Reason.ALREADY_IN, Action.KEEP, silenced=silenced, calls=calls)
    if home is not None and home.closed_by and alert.starts_at <= (home.closed_at or at):
        return Decision(Action.HOLD, Reason.CLOSED_BY_HAND, home)
    related = _related(alert.service, incidents, dependencies, at, timing)
    if related is not None and not related[1].is_resolved:
        calls = is_call(alert, silenced=silenced)
        return _joined(alert, related[1], related[0], Action.JOIN, silenced=silenced, calls=calls)
    if silenced:
        return Decision(Action.HOLD, Reason.SILENCED)
    if related is not None:
        return Decision(Action.REOPEN, related[0], related[1])
    return Decision(Action.OPEN, Reason.UNRELATED)


def is_call(alert: Alert, *, silenced: bool, told: bool = False) -> bool:
    """Whether it is a page of which nobody has heard since it fires."""
    return alert.severity is Severity.PAGE and not silenced and not told


def _joined(
    alert: Alert, incident: Incident, reason: Reason, action: Action, *, silenced: bool, calls: bool
) -> Decision:
    pages = alert.severity is Severity.PAGE and not silenced
    if pages and incident.severity is Severity.TICKET:
        return Decision(Action.ESCALATE, Reason.PAGE_JOINED, incident)
    if calls and not incident.rung:
        return Decision(Action.ESCALATE, Reason.NOT_RUNG, incident)
    return Decision(action, reason, incident)


def after_quiet(decision: Decision) -> Decision:
    """For a page of which nobody has heard, where none was firing for longer than ``reopen_seconds``."""
    if decision.action not in {Action.KEEP, Action.JOIN}:
        return decision
    return replace(decision, action=Action.ESCALATE, reason=Reason.QUIET_FOR_LONG)


def _related(
    service: str, incidents: Sequence[Incident], dependencies: Dependencies, at: float, timing: Timing
) -> tuple[Reason, Incident] | None:
    """The one that fits best: open before ended, closest relation, page before ticket, oldest."""
    fits = [
        (reason, incident)
        for incident in incidents
        if at - (incident.resolved_at if incident.resolved_at is not None else at) <= timing.reopen_seconds
        and (reason := dependencies.closest(service, incident.services)) is not None
    ]
    return min(fits, key=lambda fit: _fitness(*fit), default=None)


def _fitness(reason: Reason, incident: Incident) -> tuple[bool, int, bool, float]:
    return (
        incident.is_resolved,
        _CLOSEST_FIRST.index(reason),
        incident.severity is not Severity.PAGE,
        incident.started_at,
    )


def opened(incident_id: str, alert: Alert, at: float, language: str) -> Incident:
    """The incident that an alert opens."""
    return Incident(
        id=incident_id,
        title=alert.title(language),
        severity=alert.severity,
        services=(alert.service,),
        started_at=min(alert.starts_at, at),
        detected_at=at,
        rung=alert.severity is Severity.PAGE,
        titles=alert.titles(),
        headline=alert.fingerprint,
    )


def changed(
    incident: Incident, action: Action, alert: Alert, language: str, *, headline_fires: bool = False
) -> Incident:
    """The incident after an alert joined, escalated or reopened it; one that rings is acknowledged anew.

    headline_fires: the alert that the title is of fires, and is no less than this one.
    """
    services = tuple(dict.fromkeys((*incident.services, alert.service)))
    after = replace(incident, services=services, started_at=min(incident.started_at, alert.starts_at))
    if action is Action.REOPEN:
        after = replace(
            after,
            state=State.OPEN,
            acknowledged_at=None,
            resolved_at=None,
            closed_at=None,
            closed_by="",
            rung=False,
        )
    pages = alert.severity is Severity.PAGE
    if action not in {Action.ESCALATE, Action.REOPEN} or not (pages or incident.severity is Severity.TICKET):
        return after
    if not headline_fires:
        titles = alert.titles()
        after = replace(after, title=alert.title(language), titles=titles, headline=alert.fingerprint)
    if not pages:
        return after
    return replace(after, state=State.OPEN, acknowledged_at=None, rung=True, severity=Severity.PAGE)


def settle(
    incident: Incident, ends: Sequence[float | None], at: float, timing: Timing = Timing()
) -> Decision:
    """Whether an open incident is over.

    ends: when each of its alerts ended, None for one that fires.
    """
    if any(end is None for end in ends):
        return Decision(Action.KEEP, Reason.STILL_FIRING, incident)
    if at - last_end(ends, at) < timing.calm_seconds:
        return Decision(Action.KEEP, Reason.CALM_TOO_SHORT, incident)
    return Decision(Action.RESOLVE, Reason.ALL_RESOLVED, incident)


def last_end(ends: Iterable[float | None], at: float) -> float:
    """When the last alert ended: the moment at which an incident that ends by itself was over."""
    return max((end for end in ends if end is not None), default=at)
