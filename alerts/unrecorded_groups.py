"""Groups that were opened for pages without a record: no incident closes them, so these decisions do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from alerts.group import Occasion, Pause
from alerts.incidents import State
from alerts.notify.message import Message
from alerts.receive import Alert
from alerts.storage_incidents import AlertRecord

AGAIN_SECONDS = 15.0
GIVE_UP_SECONDS = 3600.0


@dataclass(frozen=True)
class Group:
    """What a message without a record opened.

    fires_until: of its alerts that fire, by fingerprint. ended: when the others did, or were recorded.
    over_at: since when none fires. pause: until its end is told again, should it not arrive.
    """

    message: Message
    fires_until: Mapping[str, float]
    ended: Mapping[str, float]
    over_at: float | None = None
    pause: Pause = field(default_factory=Pause)

    @property
    def id(self) -> str:
        return self.message.incident.id


def opened_by(message: Message, earlier: Group | None) -> Group:
    """The group of a message; an earlier one of the same key goes on in it."""
    alerts = {record.alert.fingerprint: record for record in message.alerts}
    ends = {fingerprint: record.alert.ends_at for fingerprint, record in alerts.items()}
    if earlier is None:
        return Group(message, ends, {})
    all_alerts = {record.alert.fingerprint: record for record in earlier.message.alerts} | alerts
    ended = {fingerprint: at for fingerprint, at in earlier.ended.items() if fingerprint not in ends}
    merged = replace(message, alerts=tuple(all_alerts.values()))
    return Group(merged, {**earlier.fires_until, **ends}, ended)


def heard(group: Group, alerts: Iterable[Alert], at: float, *, recorded: bool) -> Group:
    """The group after its alerts were sent again; what is recorded is its incident's from now on."""
    mine = {alert.fingerprint: alert for alert in alerts if alert.fingerprint in group.fires_until}
    until = {fingerprint: at if recorded else alert.ends_at for fingerprint, alert in mine.items()}
    return run_out(replace(group, fires_until={**group.fires_until, **until}), at)


def run_out(group: Group, at: float) -> Group:
    """The group after the ends that have come by now."""
    over = {fingerprint: end for fingerprint, end in group.fires_until.items() if end <= at}
    if not over:
        return group
    firing = {fingerprint: end for fingerprint, end in group.fires_until.items() if fingerprint not in over}
    ended = {**group.ended, **over}
    return replace(group, fires_until=firing, ended=ended, over_at=None if firing else at)


def is_given_up(group: Group, at: float) -> bool:
    """Whether its end was tried to be told for long enough."""
    return group.over_at is not None and at - group.over_at > GIVE_UP_SECONDS


def closing(group: Group, at: float) -> Message:
    """The message that ends a group that is over."""
    incident = replace(group.message.incident, state=State.RESOLVED, resolved_at=group.over_at, closed_at=at)
    alerts = tuple(
        AlertRecord(
            0,
            replace(record.alert, ends_at=group.ended[record.alert.fingerprint]),
            None,
            firing=False,
            updated_at=at,
        )
        for record in group.message.alerts
    )
    return replace(group.message, occasion=Occasion.UPDATE, incident=incident, alerts=alerts, at=at)
