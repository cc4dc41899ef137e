"""What happened to an alert, in the word and with the attributes that its event has."""

from typing import Any

from alerts.incidents import Action, Decision
from alerts.receive import LANGUAGES, Alert
from alerts.storage_incidents import AlertRecord

ENDED = "alert resolved"


def transition_of(decision: Decision, known: AlertRecord | None, *, untold: bool) -> str:
    """What happened to a firing alert of an incident; empty when nothing did.

    untold: nobody has heard that it fires, and nothing silences it any more.
    """
    action = decision.action
    if known is None or action not in {Action.KEEP, Action.HOLD}:
        return str(action)
    if not known.firing:
        return "fires again" if action is Action.KEEP else str(action)
    if not untold or action is Action.HOLD:
        return ""
    return "fires again" if known.told else "no longer silenced"


def attributes(alert: Alert, transition: str, reason: str) -> dict[str, Any]:
    """Of an event that tells of an alert, as docs/incidents.md lists them."""
    ends = {"ends_at": alert.ends_at} if transition == ENDED else {}
    return {
        "alert": alert.fingerprint,
        "alertname": alert.name,
        "severity": str(alert.severity),
        "transition": transition,
        "reason": reason,
        "starts_at": alert.starts_at,
        **ends,
        "labels": dict(alert.labels),
        **alert.words(),
        **_subjects(alert),
    }


def _subjects(alert: Alert) -> dict[str, str]:
    """What the alert is about, without what is wrong with it; nothing in rules of other makers."""
    subjects = {f"subject_{language}": alert.text("subject", language) for language in LANGUAGES}
    return {key: subject for key, subject in subjects.items() if subject}
