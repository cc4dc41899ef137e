from collector.sinks import Outgoing, rfc3339
from collector.storing_alert import StoringAlert

OUTGOING = Outgoing({"dc": "x"}, external_url="http://here")
FULL = "samples cannot be stored: disk is full"


def test_it_fires_at_once_and_names_the_reason_in_both_languages():
    (sent,) = StoringAlert().due(FULL, 100.0, OUTGOING)
    assert sent["labels"] == {
        "alertname": "FirelineCannotStoreSamples",
        "dc": "x",
        "service": "fireline",
        "severity": "page",
    }
    assert set(sent["annotations"]) == {"summary", "description", "summary_ko", "description_ko"}
    assert all(FULL in sent["annotations"][name] for name in ("description", "description_ko"))
    assert (sent["startsAt"], sent["endsAt"]) == (rfc3339(100.0), rfc3339(340.0))


def test_it_is_sent_again_each_minute_and_once_more_when_it_is_over():
    alert = StoringAlert()
    sent = [len(alert.due(FULL, at, OUTGOING)) for at in (0.0, 5.0, 59.0, 60.0)]
    (resolved,) = alert.due("", 65.0, OUTGOING)
    assert sent == [1, 0, 0, 1]
    assert resolved["endsAt"] == rfc3339(65.0)


def test_nothing_is_sent_while_samples_are_stored():
    assert StoringAlert().due("", 0.0, OUTGOING) == []
