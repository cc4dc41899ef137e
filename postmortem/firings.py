"""Each time that an alert of the incident fired: its record keeps the last, notes tell the earlier ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from postmortem.evidence import Evidence
from postmortem.facts import Fact, RecordKind, from_record
from postmortem.records import Alert, Event

_BEGINS = {"open", "join", "escalate", "reopen", "fires again"}
_ENDS = "alert resolved"


@dataclass(frozen=True)
class Firing:
    """ended: None while it fires. is_again: it had fired in this incident before."""

    alert: Alert
    began: Fact | None
    ended: Fact | None
    is_again: bool


def find_firings(evidence: Evidence) -> tuple[Firing, ...]:
    """The last one of each alert, then the earlier ones."""
    earlier = tuple(_earlier(evidence))
    again = [dict(firing.alert.labels) for firing in earlier]
    last = [
        _last(evidence, number, alert, is_again=dict(alert.labels) in again)
        for number, alert in enumerate(evidence.incident.alerts)
    ]
    return (*last, *earlier)


def _last(evidence: Evidence, number: int, alert: Alert, *, is_again: bool) -> Firing:
    began, ended = (
        from_record(evidence, RecordKind.ALERT, str(number), field) for field in ("starts_at", "ends_at")
    )
    return Firing(alert, began, ended if ended and ended.value <= evidence.end else None, is_again)


def _earlier(evidence: Evidence) -> Iterator[Firing]:
    """Of each alert, every firing that is told to have ended before it is told to fire once more."""
    told: dict[object, list[Event]] = {}
    for event in sorted(evidence.events, key=lambda event: event.id):
        if event.attributes.get("transition") in {*_BEGINS, _ENDS} and event.fired_at is not None:
            told.setdefault(event.attributes.get("alert"), []).append(event)
    for events in told.values():
        last = max((n for n, event in enumerate(events) if _begins(event)), default=0)
        pairs = pairwise(events[:last])
        found = [(begun, ended) for begun, ended in pairs if _begins(begun) and not _begins(ended)]
        for number, (begun, ended) in enumerate(found):
            yield _told(evidence, begun, ended, is_again=number > 0)


def _begins(event: Event) -> bool:
    return event.attributes.get("transition") in _BEGINS


def _told(evidence: Evidence, begun: Event, ended: Event, *, is_again: bool) -> Firing:
    assert begun.fired_at is not None
    labels = begun.attributes.get("labels")
    alert = Alert(
        labels={str(k): str(v) for k, v in labels.items()} if isinstance(labels, dict) else {},
        severity=str(begun.attributes.get("severity", "")),
        starts_at=begun.fired_at,
        ends_at=ended.ended_at,
    )
    began = from_record(evidence, RecordKind.EVENT, str(begun.id), "fired_at")
    over = from_record(evidence, RecordKind.EVENT, str(ended.id), "ended_at")
    return Firing(alert, began, over, is_again)
