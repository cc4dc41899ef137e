from alerts.timeline_rows import RowKind
from postmortem.evidence import Evidence
from postmortem.firings import find_firings
from postmortem.impact.span import find_span
from postmortem.records import Event, Incident, SignalMap
from postmortem.timeline import AGAIN, build_timeline

COLD = {"alertname": "Cold", "severity": "ticket"}
ALERT = {"labels": COLD, "severity": "ticket", "starts_at": 300.0, "ends_at": 400.0}
INCIDENT = {
    "id": "1", "title": "", "state": "resolved", "severity": "ticket", "services": [], "started_at": 100.0,
    "detected_at": 110.0, "resolved_at": 400.0, "alerts": [ALERT],
}  # fmt: skip


def note(number, at, transition, kind="note", **times):
    attributes = {"alert": "a1", "severity": "ticket", "transition": transition, "labels": COLD, **times}
    return Event(id=number, at=at, kind=kind, text="", incident="1", attributes=attributes)


NOTES = (
    note(1, 110.0, "open", "detected", starts_at=100.0),
    note(2, 202.0, "alert resolved", starts_at=100.0, ends_at=200.0),
    note(3, 301.0, "fires again", starts_at=300.0),
    note(4, 401.0, "alert resolved", starts_at=300.0, ends_at=400.0),
)


def evidence(events):
    made = Incident.model_validate(INCIDENT)
    return Evidence(made, tuple(events), (), SignalMap(), (), {}, 0.0, 500.0, 500.0, 5.0, "15s")


def told(events):
    found = find_firings(evidence(events))
    return [(one.began.value, one.ended and one.ended.value, one.is_again) for one in found]


def test_notes_tell_of_firings_before_the_last():
    assert told(NOTES) == [(300.0, 400.0, True), (100.0, 200.0, False)]


def test_a_note_without_an_end_tells_when_the_end_was_noticed():
    older = note(2, 202.0, "alert resolved", starts_at=100.0)
    assert told([NOTES[0], older, NOTES[2]])[1] == (100.0, 202.0, False)


def test_an_alert_that_is_only_told_once_more_fired_once():
    assert told([NOTES[0], note(2, 120.0, "escalate", starts_at=90.0)]) == [(300.0, 400.0, False)]


def test_each_firing_has_its_rows_and_the_incident_ends_with_the_last():
    closed = Event(id=9, at=400.0, kind="resolved", text="", incident="1")
    made = evidence([*NOTES, closed])
    rows = build_timeline(made, (), find_span(made, ()))
    fired = [(row.at, row.word, row.id) for row in rows if row.kind is RowKind.FIRED]
    assert fired == [(100.0, "", "fired:Cold"), (300.0, AGAIN, "fired:Cold:again")]
    assert [row.kind for row in rows[-2:]] == [RowKind.ENDED, RowKind.MILESTONE]
