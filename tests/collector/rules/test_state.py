import pytest

from collector.labels import Labels
from collector.rules.state import (
    Alert,
    AlertState,
    Hold,
    Observed,
    Reason,
    advance,
    needs_sending,
    restored_active_at,
)

LABELS = Labels({"alertname": "Down"})
SEEN = Observed(1.0, {"summary": "down"})


def live(hold, observations, every=60.0):
    """The reasons of evaluations a minute apart, and the alert at the end."""
    alert, reasons = None, []
    for number, seen in enumerate(observations):
        alert, reason = advance(alert, LABELS, SEEN if seen else None, hold, number * every)
        reasons.append(reason)
    return alert, reasons


LIVES = {
    "fires at once": (Hold(0), [1, 1], "inactive=>firing, firing"),
    "waits": (Hold(120), [1, 1, 1], "inactive=>pending, pending: for is not over, pending=>firing"),
    "vanishes": (Hold(120), [1, 0, 1], "inactive=>pending, pending=>inactive, inactive=>pending"),
    "comes back": (
        Hold(0),
        [1, 0, 0, 1],
        "inactive=>firing, firing=>inactive, inactive: resolved lately, inactive=>firing",
    ),
    "is kept": (
        Hold(0, 120),
        [1, 0, 0, 0],
        "inactive=>firing, firing: keep_firing_for, firing: keep_firing_for, firing=>inactive",
    ),
    "is kept anew": (
        Hold(0, 120),
        [1, 0, 1, 0, 0],
        "inactive=>firing, firing: keep_firing_for, firing, firing: keep_firing_for, firing: keep_firing_for",
    ),
}


@pytest.mark.parametrize(("hold", "observations", "reasons"), LIVES.values(), ids=LIVES.keys())
def test_an_alert_lives_as_prometheus_has_it(hold, observations, reasons):
    assert ", ".join(live(hold, observations)[1]) == reasons


def test_a_firing_alert_keeps_its_start_and_takes_new_values():
    alert, _ = advance(
        Alert(LABELS, AlertState.FIRING, 0.0, 1.0, fired_at=30.0), LABELS, Observed(7.0), Hold(0), 90.0
    )
    assert (alert.active_at, alert.fired_at, alert.value) == (0.0, 30.0, 7.0)


def test_a_resolved_alert_is_remembered_for_fifteen_minutes():
    resolved = Alert(LABELS, AlertState.INACTIVE, 0.0, 1.0, fired_at=0.0, resolved_at=100.0)
    assert advance(resolved, LABELS, None, Hold(0), 1000.0) == (resolved, Reason.REMEMBERED)
    assert advance(resolved, LABELS, None, Hold(0), 1000.1) == (None, Reason.FORGOTTEN)


@pytest.mark.parametrize(
    ("alert", "at", "expected"),
    [
        (Alert(LABELS, AlertState.PENDING, 0.0, 1.0), 10.0, False),
        (Alert(LABELS, AlertState.FIRING, 0.0, 1.0, fired_at=0.0), 10.0, True),
        (Alert(LABELS, AlertState.FIRING, 0.0, 1.0, fired_at=0.0, last_sent_at=0.0), 59.0, False),
        (Alert(LABELS, AlertState.FIRING, 0.0, 1.0, fired_at=0.0, last_sent_at=0.0), 60.0, True),
        (Alert(LABELS, AlertState.INACTIVE, 0.0, 1.0, resolved_at=20.0, last_sent_at=10.0), 21.0, True),
        (Alert(LABELS, AlertState.INACTIVE, 0.0, 1.0, resolved_at=20.0, last_sent_at=21.0), 30.0, False),
        (Alert(LABELS, AlertState.INACTIVE, 0.0, 1.0, resolved_at=20.0, last_sent_at=21.0), 81.0, True),
    ],
)
def test_alerts_are_sent_on_change_and_each_minute(alert, at, expected):
    assert needs_sending(alert, at, 60.0) is expected


@pytest.mark.parametrize(
    ("active_at", "last_seen_at", "for_seconds", "at", "expected"),
    [
        (0, 600, 3600, 1200, 600),  # the outage of 600 s does not count
        (0, 3600, 3600, 4000, 0),  # it would have fired by now
        (0, 3300, 3600, 4000, 1000),  # five minutes were left: it waits ten
    ],
)
def test_waiting_goes_on_after_a_restart(active_at, last_seen_at, for_seconds, at, expected):
    assert restored_active_at(active_at, last_seen_at, for_seconds, at) == expected
