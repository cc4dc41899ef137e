"""Which findings there are of which rules."""

from dataclasses import replace

import numpy as np
import pytest

from alerts.adopt.alert_rules import alert_rules, intervals, recordings
from alerts.adopt.rules_check import alike, check_rules
from alerts.adopt.rules_history import Firings, firings
from collector.labels import METRIC_NAME, Labels
from tests.alerts.adopt.conftest import AT

SHARE = 'sum(rate(http_requests_total{status="5xx"}[5m])) / sum(rate(http_requests_total[5m]))'
QUANTILE = "histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))"
DAY = 86_400.0


@pytest.fixture
def api(source_of):
    return source_of(api="clients")


def alert(name, severity="", **more):
    return Labels({"alertname": name, "severity": severity, **more})


def found(source, query, name="A", seconds=0, history=None, **more):
    rule = {"type": "alerting", "name": name, "query": query, "duration": seconds, "labels": {}, **more}
    rules = alert_rules([{"name": "g", "file": "f.yml", "rules": [rule, {"type": "recording"}]}])
    return [one.rule for one in check_rules(source, rules, {alert(name): history} if history else {}, AT)]


@pytest.mark.parametrize(
    ("query", "rules"),
    [
        (f"{SHARE} > 0.05", []),
        (f"{SHARE} > (14.4 * 0.1)", ["cannot-fire"]),
        (f"{SHARE} >= 1", []),
        (f"1 - {SHARE} > 1", ["cannot-fire"]),
        (f"{SHARE} > 0.01 and {SHARE} > 1.2", ["cannot-fire"]),
        (f"{SHARE} > 1.2 or {SHARE} > 0.1", []),
        (f"100 * {SHARE} > 5", []),
        (f"100 * {SHARE} > 100", ["cannot-fire"]),
        (f"{SHARE} * 100 > 110", ["cannot-fire"]),
        (f"{SHARE} / 0.01 > 99", []),
        ("100 - avg by (job) (rate(http_requests_total[5m])) * 100 > 110", ["cannot-fire"]),
        ("100 - avg by (job) (rate(http_requests_total[5m])) * 100 > 90", []),
        ("100 - temperature_celsius > 110", ["matches-nothing"]),
        ("avg(100 - 100 * http_requests_total / http_requests_total) > 101", ["cannot-fire"]),
        ("sum(rate(http_requests_total[5m])) / sum(rate(http_requests_total[1h])) > 2", []),
        (f"{QUANTILE} > 0.5", []),
        (f"{QUANTILE} > 1", ["cannot-fire"]),
        ("http_requests_totl > 5", ["matches-nothing"]),
        ('http_requests_total{pod="a"} > 5', ["matches-nothing"]),
        ("absent(http_requests_totl)", ["always-fires"]),
        ('absent(up{job="pods"}) == 1', []),
        ('absent(http_requests_total{job="api"})', []),
        ("rate(http_requests_total[1m]) > 1000", ["blind"]),
        ("rate(http_requests_total[2m]) > 1000", []),
        ("http_requests_total", ["always-fires"]),
        ("http_requests_total > bool 5", ["always-fires"]),
    ],
)
def test_a_rule_is_found_out(api, query, rules):
    assert found(api, query) == rules


def test_an_alert_on_the_absence_of_what_is_recorded_may_fire(api):
    rules = alert_rules([{"rules": [{"type": "alerting", "query": "absent(job:errors)"}]}])
    assert check_rules(api, rules, {}, AT, {"job:errors": "sum(rate(http_requests_total[5m]))"}) == []


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ({"job:errors": "sum(rate(http_requests_total[5m]))"}, []),
        ({"job:errors": "job:other", "job:other": "sum(rate(http_requests_total[5m]))"}, []),
        (
            {"job:errors": "job:other", "job:other": "sum(rate(gone_total[5m]))"},
            ["what it reads is recorded of what is not there: no series is named gone_total now"],
        ),
        ({"job:errors": "job:errors"}, []),
        (
            {"job:errors": "sum(rate(gone_total[5m]))"},
            ["what it reads is recorded of what is not there: no series is named gone_total now"],
        ),
        ({}, ["no series is named job:errors now"]),
    ],
)
def test_what_rules_record_is_going_to_be_there(api, recorded, said):
    rules = alert_rules([{"rules": [{"type": "alerting", "query": "job:errors > 1"}]}])
    messages = [one.message for one in check_rules(api, rules, {}, AT, recorded)]
    assert [message.partition(": it cannot fire")[0] for message in messages] == said


def test_recording_rules_are_found_among_the_groups():
    rules = [{"type": "recording", "name": "a:b", "query": "x"}, {"type": "alerting", "name": "C"}]
    assert recordings([{"rules": rules}]) == {"a:b": "x"}


def test_what_stands_beside_an_or_does_not_keep_a_rule_from_firing(api):
    (rule,) = alert_rules([{"rules": [{"type": "alerting", "query": f"{SHARE} > 0.1 or gone > 1"}]}])
    (finding,) = check_rules(api, [rule], {}, AT)
    assert finding.message.startswith("no series is named gone now: a part of it is empty;")


def test_what_many_rules_ask_is_asked_once(api):
    rules = alert_rules([{"rules": [{"type": "alerting", "query": f"{SHARE} > 0.1"}] * 20}])
    check_rules(api, rules, {}, AT)
    assert api.asked < 10


def test_a_watchdog_may_fire(api):
    assert found(api, "vector(1)", name="Watchdog") == []
    assert found(api, "vector(1)") == ["always-fires"]


def test_a_rule_that_fails_says_why(api):
    assert found(api, SHARE, lastError="many-to-many matching") == ["fails"]


@pytest.mark.parametrize(
    ("history", "rules"),
    [
        (Firings(1, 0.2, 0.0, 7 * DAY), []),
        (Firings(1, 0.3, 2 * DAY, 7 * DAY), ["never-resets"]),
        (Firings(40, 0.97, 0.0, 7 * DAY), ["always-fires"]),
        (Firings(40, 0.97, 0.0, 3600.0), []),
        (Firings(0, 0.0, 0.0, 7 * DAY, pending_count=3), ["for-too-long"]),
        (Firings(0, 0.0, 0.0, 7 * DAY, pending_count=2), []),
        (Firings(1, 0.1, 0.0, 7 * DAY, pending_count=9), []),
    ],
)
def test_what_a_rule_did_is_judged(api, history, rules):
    assert found(api, f"{SHARE} > 0.05", seconds=600, history=history) == rules


def fires(source, times, name="A", state="firing", **more):
    labels = {METRIC_NAME: "ALERTS", "alertname": name, "severity": "page", "alertstate": state, **more}
    source.store.append_column(Labels(labels), (times * 1000).astype(np.int64), np.ones(len(times)))


def test_an_alert_that_flaps_is_no_alert_that_stays(api):
    fires(api, AT - 30 - np.arange(0, DAY, 900)[::-1])  # one evaluation in each quarter of an hour
    (seen,) = firings(api, AT, 7 * DAY, {alert("A", "page"): 60.0}).values()
    assert seen.count == 96
    assert seen.since_seconds < 900
    assert found(api, f"{SHARE} > 0.05", history=seen) == []


@pytest.mark.parametrize("interval", [15.0, 20.0, 60.0])
def test_evaluations_of_any_interval_make_one_episode(api, interval):
    fires(api, AT - 7 - np.arange(0, 7200, interval)[::-1])
    fires(api, AT - 3 - np.arange(0, 7200, 15)[::-1], name="B")
    seen = firings(api, AT, DAY, {alert("A", "page"): interval, alert("B", "page"): 15.0})[alert("A", "page")]
    assert seen.count == 1
    assert seen.since_seconds == pytest.approx(7200, abs=2 * interval)


def test_no_answer_makes_a_share_less_than_none(api, monkeypatch):
    fires(api, AT - np.arange(0, 3600, 60)[::-1])
    ask = api.range
    negative = lambda *asked: [replace(each, values=-each.values) for each in ask(*asked)]  # noqa: E731
    monkeypatch.setattr(api, "range", negative)
    (seen,) = firings(api, AT, DAY).values()
    assert seen.share == 0


def test_the_share_is_of_the_time_looked_at(api):
    fires(api, AT - np.arange(0, 3600, 60)[::-1])
    up = AT - np.arange(0, 2 * DAY, 60)[::-1]
    api.store.append_column(
        Labels({METRIC_NAME: "up", "job": "a"}), (up * 1000).astype(np.int64), np.ones(len(up))
    )
    (seen,) = firings(api, AT, 7 * DAY).values()
    assert seen.seen_seconds == pytest.approx(2 * DAY, abs=600)
    assert seen.share == pytest.approx(1 / 48, rel=0.05)
    (seen,) = firings(api, AT, DAY).values()
    assert seen.share == pytest.approx(1 / 24, rel=0.05)


def test_the_share_is_that_of_evaluations_where_steps_are_longer(api):
    times = AT - np.arange(0, 6 * 3600, 5)[::-1]
    fires(api, times[times % 60 < 20])  # of a group of 5 s, over so long that steps are 13 s
    up = AT - np.arange(0, 6 * 3600, 60)[::-1]
    api.store.append_column(Labels({METRIC_NAME: "up"}), (up * 1000).astype(np.int64), np.ones(len(up)))
    (seen,) = firings(api, AT, 7 * DAY, {alert("A", "page"): 5.0}).values()
    assert seen.share == pytest.approx(1 / 3, rel=0.05)
    assert seen.count == pytest.approx(360, abs=2)


def test_an_alert_that_ended_is_firing_no_more(api):
    fires(api, AT - 7200 - np.arange(0, 3600, 60)[::-1])
    (seen,) = firings(api, AT, DAY).values()
    assert (seen.count, seen.since_seconds) == (1, 0.0)


def test_firings_are_counted_from_the_alerts_series(api):
    fires(api, np.concatenate([AT - np.arange(40_000, 36_000, -60), AT - np.arange(3_600, -1, -60)]))
    (seen,) = firings(api, AT, DAY).values()
    assert seen.count == 2
    assert seen.share == pytest.approx(7600 / DAY, rel=0.03)
    assert seen.since_seconds == pytest.approx(3600, abs=120)


def test_what_is_pending_now_may_fire_yet(api):
    spells = [AT - begin - np.arange(0, 300, 60)[::-1] for begin in (30_000, 20_000, 0)]
    fires(api, np.concatenate(spells), state="pending")
    (seen,) = firings(api, AT, DAY).values()
    assert (seen.count, seen.pending_count) == (0, 2)


def burns(*slos, tier="fast"):
    labels = [{"slo": slo, "tier": tier, "severity": "page", "pod": "{{ $labels.pod }}"} for slo in slos]
    rules = [{"type": "alerting", "name": "Burn", "query": "gone > 1", "labels": one} for one in labels]
    return alert_rules([{"name": rule["labels"]["slo"], "file": "f", "rules": [rule]} for rule in rules])


def test_rules_of_one_name_are_told_apart_by_the_labels_that_differ():
    rules = burns("web", "mail")
    assert [one.identity for one in rules] == [
        alert("Burn", "page", slo="web"),
        alert("Burn", "page", slo="mail"),
    ]
    assert burns("web")[0].identity == alert("Burn", "page")


def test_labels_that_say_the_same_again_tell_nothing_apart():
    labels = [{"slo": slo, "sloth_slo": slo, "tier": tier} for slo in ("a", "b") for tier in ("1h", "6h")]
    rules = [{"type": "alerting", "name": "Burn", "query": "x", "labels": one} for one in labels]
    identities = [one.identity for one in alert_rules([{"rules": rules}])]
    assert identities[0] == Labels({"alertname": "Burn", "slo": "a", "tier": "1h"})
    assert len(set(identities)) == 4


def test_alerts_of_one_name_are_counted_by_what_tells_them_apart(api):
    fires(api, AT - 7200 - np.arange(0, 600, 60)[::-1], name="Burn", slo="web", pod="a")
    fires(api, AT - np.arange(0, 3600, 60)[::-1], name="Burn", slo="mail", pod="b")
    fires(api, AT - np.arange(0, 3600, 60)[::-1], name="Other", slo="mail")
    seen = firings(api, AT, DAY, intervals(burns("web", "mail")))
    assert {labels: one.count for labels, one in seen.items()} == {
        alert("Burn", "page", slo="web"): 1,
        alert("Burn", "page", slo="mail"): 1,
        alert("Other", "page"): 1,
    }
    assert seen[alert("Burn", "page", slo="web")].fired_seconds == pytest.approx(600, abs=60)


def test_what_is_found_in_the_same_words_is_told_once(api):
    (together,) = alike(check_rules(api, burns("web", "mail"), {}, AT))
    assert [one.alert.group for one in together] == ["web", "mail"]
