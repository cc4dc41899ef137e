import pytest

from collector.own_alerts import EVALUATING, STORING, OwnAlertState, unevaluated
from collector.rules.files import RecordingRule, RuleGroup
from collector.rules.status import GroupStatus, RuleStatus
from collector.sinks import Outgoing, rfc3339

OUTGOING = Outgoing({"dc": "x"}, external_url="http://here")
FULL = "samples cannot be stored: disk is full"


def test_it_fires_at_once_and_names_the_reason_in_both_languages():
    (sent,) = OwnAlertState(STORING).due(FULL, 100.0, OUTGOING)
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
    alert = OwnAlertState(STORING)
    sent = [len(alert.due(FULL, at, OUTGOING)) for at in (0.0, 5.0, 59.0, 60.0)]
    (resolved,) = alert.due("", 65.0, OUTGOING)
    assert sent == [1, 0, 0, 1]
    assert resolved["endsAt"] == rfc3339(65.0)


def test_nothing_is_sent_while_samples_are_stored():
    assert OwnAlertState(STORING).due("", 0.0, OUTGOING) == []


def test_rules_that_cannot_be_evaluated_are_told_after_a_minute():
    alert = OwnAlertState(EVALUATING)
    assert alert.due("every rule fails", 0.0, OUTGOING) == []
    (sent,) = alert.due("every rule fails", 60.0, OUTGOING)
    assert sent["labels"]["alertname"] == "FirelineCannotEvaluateRules"
    assert "every rule fails" in sent["annotations"]["description"]


def group(evaluated_at, *errors, interval=15.0):
    rules = tuple(RecordingRule(f"a:{n}", "up") for n in range(len(errors)))
    status = GroupStatus(RuleGroup("g", interval, rules), [RuleStatus(rule) for rule in rules], evaluated_at)
    for rule, error in zip(status.rules, errors, strict=True):
        rule.last_error, rule.evaluated_at = error, evaluated_at
    return status


@pytest.mark.parametrize(
    ("statuses", "reason"),
    [
        ([], ""),
        ([group(1000.0, "", "down")], ""),
        ([group(1000.0, "", ""), group(990.0, "down")], ""),
        ([group(1000.0, "down"), group(990.0, "down", "gone")], "every rule fails; the last: gone"),
        ([group(1000.0, ""), group(900.0, "")], "rule group g was not evaluated for 105 s"),
        ([group(900.0, "", interval=60.0)], ""),
        ([group(700.0, "", interval=60.0)], "rule group g was not evaluated for 305 s"),
    ],
)
def test_why_rules_say_nothing(statuses, reason):
    assert unevaluated(statuses, 600.0, 1005.0) == reason


def test_a_group_that_was_never_evaluated_is_given_time_from_its_loading():
    assert unevaluated([group(None, "")], 1000.0, 1060.0) == ""
    assert unevaluated([group(None, "")], 1000.0, 1061.0) == "rule group g was not evaluated for 61 s"


def test_rules_whose_samples_only_cannot_be_stored_say_something():
    full = group(1000.0, "disk is full")
    full.unkept_reason = "disk is full"
    assert unevaluated([full, group(1000.0, "down")], 600.0, 1005.0) == ""
