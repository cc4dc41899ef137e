import pytest

from collector.embedded import EmbeddedQuerier
from collector.errors import StoreError
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.rules.appenders import MemoryAppender
from collector.rules.engine import RuleEngine
from collector.rules.files import parse_groups
from collector.rules.state import Reason
from collector.series import STALE_NAN
from collector.sinks import Outgoing, take_due

UP = {"__name__": "up", "job": "shop"}


class World:
    """A store, an engine on it, and time that is passed in."""

    def __init__(self, *rules, store=None, restoring=False, is_blind=lambda: False, **group):
        self.store = store or MemoryStore()
        value = {"groups": [{"name": "g", "interval": "60s", "rules": list(rules), **group}]}
        self.groups = parse_groups(value)
        self.querier = EmbeddedQuerier(self.store)
        self.engine = RuleEngine(
            self.groups,
            self.querier,
            MemoryAppender(self.store),
            external_labels={"dc": "x"},
            external_url="http://fireline",
            restoring=restoring,
            is_blind=is_blind,
        )

    def put(self, at, value, **labels):
        self.store.append(Labels({**UP, **labels}), round(at * 1000), value)

    def evaluate(self, at):
        return self.engine.evaluate(self.groups[0], at)

    def value(self, query, at):
        return {str(s.labels): s.value for s in self.querier.instant(query, at)}

    def due(self, at, **outgoing):
        return take_due(self.engine.statuses[0], at, Outgoing({"dc": "x"}, **outgoing))


def test_a_recorded_answer_can_be_read_by_the_next_rule():
    world = World(
        {"record": "a:b", "expr": "up * 2"}, {"record": "a:c", "expr": "a:b + 1", "labels": {"x": "y"}}
    )
    world.put(0, 5)
    assert world.evaluate(1).samples == 2
    assert world.value('{__name__=~"a:.*"}', 1) == {'a:b{job="shop"}': 10.0, 'a:c{job="shop",x="y"}': 11.0}


@pytest.mark.parametrize(
    "expr",
    [
        '{__name__=~"a.b.*"}',
        'sum({__name__=~"a.b.*"})',
        'absent_metric or {__name__=~"a.b.*"}',
        'absent_metric or{__name__=~"a.b.*"}',
        'absent_metric OR # or what\n {__name__=~"a.b.*"}',
        'sum(up unless on (nothing) up offset 1h) * on () group_left {__name__=~"a.b.*"} / sum(up)',
        'absent_metric > bool{from="x"} or {from="rule", __name__!="out"}',
        '{"a:b"}',
    ],
)
def test_a_recorded_answer_can_be_read_without_its_name(expr):
    world = World(
        {"record": "a:b", "expr": "up * 2", "labels": {"from": "rule"}}, {"record": "out", "expr": expr}
    )
    for at, value in [(0, 5), (60, 6)]:
        world.put(at, value)
        world.evaluate(at + 1)
        assert list(world.value("out", at + 1).values()) == [value * 2.0]


def test_templates_know_the_metric_which_no_alert_has():
    world = World({"alert": "Down", "expr": "up == 0", "annotations": {"a": "{{ $labels.__name__ }}"}})
    world.put(0, 0)
    world.evaluate(0)
    (alert,) = world.due(0)
    assert (alert["annotations"], "__name__" in alert["labels"]) == ({"a": "up"}, False)


def test_a_recorded_series_that_vanishes_ends():
    world = World({"record": "a:b", "expr": "up > 0"})
    world.put(0, 1)
    world.evaluate(1)
    world.put(60, 0)
    world.evaluate(61)
    assert world.value("a:b", 61) == {}


@pytest.mark.parametrize(
    "exprs", [("0 * (up > 5) + 1", "0 * (up <= 5)"), ("0 * (up <= 5)", "0 * (up > 5) + 1")]
)
def test_a_series_that_one_rule_ends_and_another_writes_goes_on(exprs):
    world = World(*({"record": "s:state", "expr": expr} for expr in exprs))
    for at, load in ((0, 9), (60, 1), (120, 9), (180, 1)):
        world.put(at, load)
        world.evaluate(at)
        assert world.value("s:state", at) == {'s:state{job="shop"}': float(load > 5)}
    world.store.append(Labels(UP), 240_000, STALE_NAN)
    world.evaluate(240)
    assert world.value("s:state", 240) == {}


def test_of_two_rules_that_write_a_series_the_first_counts():
    world = World(
        {"record": "a", "expr": "up"}, {"record": "a", "expr": "up + 1"}, {"record": "b", "expr": "a"}
    )
    world.put(0, 5)
    world.evaluate(0)
    assert world.value('{__name__=~"a|b"}', 0) == {'a{job="shop"}': 5.0, 'b{job="shop"}': 5.0}


def test_a_later_rule_sees_at_once_that_a_recorded_series_vanished():
    world = World({"record": "a:b", "expr": "up > 0"}, {"record": "a:c", "expr": "a:b"})
    world.put(0, 1)
    world.evaluate(1)
    world.put(60, 0)
    world.evaluate(61)
    assert world.value("a:c", 61) == {}


def test_two_series_of_the_same_labels_fail_the_rule_and_spare_the_others():
    world = World(
        {"record": "a:b", "expr": 'label_replace(up, "x", "", "x", ".*")', "labels": {"x": "same"}},
        {"record": "a:c", "expr": "count(up)"},
    )
    world.put(0, 1, x="1")
    world.put(0, 1, x="2")
    evaluation = world.evaluate(1)
    assert "same labelset" in evaluation.failures["a:b"]
    assert world.value("a:c", 1) == {"a:c": 2.0}
    assert [rule.health for rule in world.engine.statuses[0].rules] == ["err", "ok"]


def test_alert_series_show_state_and_start():
    world = World({"alert": "Down", "expr": "up == 0", "for": "60s", "labels": {"severity": "page"}})
    for at in (0, 60):
        world.put(at, 0)
        world.evaluate(at)
    labels = 'alertname="Down",%sjob="shop",severity="page"'
    assert world.value("ALERTS", 60) == {"ALERTS{" + labels % 'alertstate="firing",' + "}": 1.0}
    assert world.value("ALERTS_FOR_STATE", 60) == {"ALERTS_FOR_STATE{" + labels % "" + "}": 0.0}


def test_transitions_are_named():
    world = World({"alert": "Down", "expr": "up == 0", "for": "60s"})
    reasons = []
    for at, value in ((0, 0), (60, 0), (120, 1), (180, 1)):
        world.put(at, value)
        reasons.append([transition.reason for transition in world.evaluate(at).transitions])
    assert reasons == [[Reason.APPEARED], [Reason.HELD], [Reason.RESOLVED], []]


def test_labels_and_annotations_are_filled_in():
    rule = {
        "alert": "Down",
        "expr": "up == 0",
        "labels": {"team": "{{ $labels.job }}-{{ $externalLabels.dc }}", "from": "{{ $externalURL }}"},
        "annotations": {"summary": "{{ $labels.job }}: {{ $value }}"},
    }
    world = World(rule)
    world.put(0, 0)
    world.evaluate(0)
    (alert,) = world.due(0)
    own = {"alertname": "Down", "team": "shop-x", "from": "http://fireline"}
    assert alert["labels"] == {**own, "dc": "x", "job": "shop"}
    assert alert["annotations"] == {"summary": "shop: 0"}


def test_a_template_that_cannot_be_filled_in_says_so_and_pages_all_the_same():
    world = World({"alert": "Down", "expr": "up", "annotations": {"a": "{{ humanize $labels.job }}"}})
    world.put(0, 0)
    world.evaluate(0)
    assert world.due(0)[0]["annotations"]["a"].startswith("<error expanding template: ")


def test_two_alerts_of_the_same_labels_fail_the_rule():
    world = World({"alert": "Down", "expr": "up", "labels": {"x": "same"}})
    world.put(0, 1, x="1")
    world.put(0, 1, x="2")
    assert "two alerts have the labels" in world.evaluate(0).failures["Down"]


def test_a_limit_fails_the_rule():
    world = World({"record": "a:b", "expr": "up"}, limit=1)
    world.put(0, 1, x="1")
    world.put(0, 1, x="2")
    assert "at most 1" in world.evaluate(0).failures["a:b"]


def test_firing_is_sent_each_minute_and_resolved_at_once():
    world = World({"alert": "Down", "expr": "up == 0"})
    sent = []
    for at, value in ((0, 0), (30, 0), (60, 0), (90, 1), (120, 1), (150, 1)):
        world.put(at, value)
        world.evaluate(at)
        sent.append([alert["endsAt"] for alert in world.due(at)])
    resolved = ["1970-01-01T00:01:30.000Z"]
    assert sent == [["1970-01-01T00:04:00.000Z"], [], ["1970-01-01T00:05:00.000Z"], resolved, [], resolved]


def test_missed_slots_are_counted_and_not_caught_up():
    world = World({"record": "a:b", "expr": "up"})
    for at in (0, 60, 300):
        world.evaluate(at)
    assert world.engine.statuses[0].missed == 3
    assert world.engine.statuses[0].evaluations == 3


@pytest.mark.parametrize("name", ["Down", 'say "down"'])
def test_a_pending_alert_goes_on_waiting_after_a_restart(name):
    rule = {"alert": name, "expr": "up == 0", "for": "30m"}
    before = World(rule)
    for minute in range(11):
        before.put(minute * 60, 0)
        before.evaluate(minute * 60)
    after = World(rule, store=before.store, restoring=True)
    after.put(1200, 0)
    after.evaluate(1200)
    (alert,) = after.engine.statuses[0].rules[0].alerts.values()
    assert alert.active_at == pytest.approx(600.0)


def after_a_restart(*shown):
    """A world in which an alert waited ten minutes; then, from minute 20, ``shown`` at each evaluation."""
    rule = {"alert": "Down", "expr": "up == 0", "for": "30m"}
    before = World(rule)
    for minute in range(11):
        before.put(minute * 60, 0)
        before.evaluate(minute * 60)
    after = World(rule, store=before.store, restoring=True)
    for minute, value in enumerate(shown, 20):
        if value is not None:
            after.put(minute * 60, value)
        after.evaluate(minute * 60)
    return after


def waiting_since(world):
    return [alert.active_at for alert in world.engine.statuses[0].rules[0].alerts.values()]


def test_an_alert_whose_target_is_scraped_a_round_late_goes_on_waiting():
    assert waiting_since(after_a_restart(None, 0, 0)) == [660.0]


def test_an_alert_that_appears_long_after_a_restart_waits_from_then():
    assert waiting_since(after_a_restart(None, None, 0)) == [1320.0]


def test_an_alert_that_was_over_before_the_restart_waits_from_then():
    rule = {"alert": "Down", "expr": "up == 0", "for": "30m"}
    before = World(rule)
    for minute in range(11):
        before.put(minute * 60, 0 if minute < 8 else 1)
        before.evaluate(minute * 60)
    after = World(rule, store=before.store, restoring=True)
    after.put(1200, 0)
    after.evaluate(1200)
    assert waiting_since(after) == [1200.0]


def test_a_reload_between_the_first_evaluations_does_not_restore_for_longer():
    world = after_a_restart(None, None)
    reloaded = World({"alert": "Down", "expr": "up == 0", "for": "30m"}, store=world.store, restoring=True)
    reloaded.engine.inherit(world.engine)
    reloaded.put(1320, 0)
    reloaded.evaluate(1320)
    assert waiting_since(reloaded) == [1320.0]


def test_a_short_wait_begins_anew_after_a_restart():
    rule = {"alert": "Down", "expr": "up == 0", "for": "5m"}
    before = World(rule)
    before.put(0, 0)
    before.evaluate(0)
    after = World(rule, store=before.store, restoring=True)
    after.put(120, 0)
    after.evaluate(120)
    (alert,) = after.engine.statuses[0].rules[0].alerts.values()
    assert alert.active_at == 120.0


def test_a_reload_keeps_the_alerts_of_rules_that_stay():
    rule = {"alert": "Down", "expr": "up == 0", "for": "5m"}
    before = World(rule)
    before.put(0, 0)
    before.evaluate(0)
    after = World(rule, {"record": "a:b", "expr": "up"}, store=before.store)
    after.engine.inherit(before.engine)
    (alert,) = after.engine.statuses[0].rules[0].alerts.values()
    assert alert.active_at == 0.0


def test_a_reload_that_changes_an_alerts_text_or_limit_keeps_it_firing():
    rule = {"alert": "Down", "expr": "up == 0", "for": "5m", "annotations": {"summary": "old"}}
    before = World(rule)
    for at in (0, 300):
        before.put(at, 0)
        before.evaluate(at)
    changed = rule | {"expr": "up < 0.5", "annotations": {"summary": "new"}}
    after = World(changed, store=before.store)
    after.engine.inherit(before.engine)
    after.put(360, 0)
    after.evaluate(360)
    (alert,) = after.engine.statuses[0].rules[0].alerts.values()
    assert (alert.fired_at, alert.annotations) == (300.0, {"summary": "new"})
    assert after.engine.statuses[0].rules[0].rule.expr == "up < 0.5"


def test_two_rules_of_one_name_and_labels_keep_each_its_alerts():
    high, low = ({"alert": "Load", "expr": f"up > {limit}", "for": "5m"} for limit in (5, 1))
    before = World(high, low)
    before.put(0, 3)
    before.evaluate(0)
    after = World(high, low | {"annotations": {"a": "b"}}, store=before.store)
    after.engine.inherit(before.engine)
    assert [len(rule.alerts) for rule in after.engine.statuses[0].rules] == [0, 1]


@pytest.mark.parametrize("group", [{}, {"name": "another"}])
def test_what_a_reload_leaves_without_a_rule_ends(group):
    alert = {"alert": "Down", "expr": "up == 0"}
    before = World({"record": "a:b", "expr": "up"}, {"record": "a:c", "expr": "up"}, alert)
    before.put(0, 0)
    before.evaluate(0)
    assert len(before.value('{__name__=~"a:.*|ALERTS.*"}', 30)) == 4
    after = World({"record": "a:c", "expr": "up"}, store=before.store, **group)
    after.engine.inherit(before.engine)
    after.evaluate(60)
    assert after.value('{__name__=~"a:.*|ALERTS.*"}', 60) == {'a:c{job="shop"}': 0.0}


def test_query_offset_moves_the_samples_and_not_the_times_of_alerts():
    world = World({"alert": "Down", "expr": "up == 0"}, query_offset="1m")
    world.put(0, 0)
    world.evaluate(60)
    (due,) = world.due(60)
    assert due["startsAt"] == "1970-01-01T00:01:00.000Z"
    assert world.value("ALERTS", 0) != {}
    world.put(60, 1)
    world.evaluate(120)
    (due,) = world.due(120)
    assert due["endsAt"] == "1970-01-01T00:02:00.000Z"


def test_a_rule_with_more_alerts_than_its_limit_forgets_them():
    world = World({"alert": "Down", "expr": "up == 0", "keep_firing_for": "1h"}, limit=1)
    world.put(0, 0, x="1")
    world.evaluate(0)
    assert len(world.due(0)) == 1
    world.put(60, 1, x="1")
    world.put(60, 0, x="2")
    evaluation = world.evaluate(60)
    assert evaluation.failures == {"Down": "2 alerts: expected at most 1 (limit)"}
    assert evaluation.transitions == ()
    assert world.due(600) == []


def test_query_offset_looks_back():
    world = World({"record": "a:b", "expr": "up"}, query_offset="1m")
    world.put(0, 7)
    world.evaluate(60)
    assert world.value("a:b", 0) == {'a:b{job="shop"}': 7.0}


class FullDisk:
    def __init__(self, error):
        self.error = error

    def append(self, stream, at, samples):
        raise self.error


def test_alerts_go_on_and_are_sent_while_their_samples_cannot_be_kept():
    world = World({"record": "a:b", "expr": "up"}, {"alert": "Down", "expr": "up == 0", "for": "1m"})
    world.engine._appender = FullDisk(StoreError("samples cannot be stored: disk is full"))
    world.put(0, 0)
    evaluations = [world.evaluate(at) for at in (1, 61)]
    assert [e.transitions[0].reason for e in evaluations] == [Reason.APPEARED, Reason.HELD]
    assert [e.unkept for e in evaluations] == ["samples cannot be stored: disk is full"] * 2
    assert [alert["labels"]["alertname"] for alert in world.due(61)] == ["Down"]
    status = world.engine.statuses[0]
    assert {(rule.health, rule.last_error) for rule in status.rules} == {
        ("err", "samples cannot be stored: disk is full")
    }
    assert (status.failures, status.unkept_samples) == (0, 6)
    world.put(90, 1)
    assert world.evaluate(121).transitions[0].reason is Reason.RESOLVED


def test_a_rule_is_healthy_again_once_its_samples_are_kept():
    world = World({"record": "a:b", "expr": "up"})
    world.put(0, 5)
    kept, world.engine._appender = world.engine._appender, FullDisk(StoreError("disk is full"))
    world.evaluate(1)
    world.engine._appender = kept
    assert world.evaluate(61).unkept == ""
    assert world.engine.statuses[0].rules[0].health == "ok"
    assert world.value("a:b", 61) == {'a:b{job="shop"}': 5.0}


def test_a_series_whose_end_could_not_be_kept_ends_with_the_next_evaluation():
    world = World({"record": "a:b", "expr": "up > 0"})
    world.put(0, 1)
    world.evaluate(1)
    kept, world.engine._appender = world.engine._appender, FullDisk(StoreError("disk is full"))
    world.put(60, 0)
    world.evaluate(61)
    assert world.value("a:b", 61) != {}
    world.engine._appender = kept
    world.evaluate(121)
    assert world.value("a:b", 121) == {}


def test_keeping_that_breaks_unexpectedly_is_logged_once(caplog):
    world = World({"record": "a:b", "expr": "up"})
    world.engine._appender = FullDisk(ZeroDivisionError())
    world.put(0, 5)
    assert "ZeroDivisionError" in [world.evaluate(at) for at in (1, 61)][1].unkept
    assert caplog.text.count("keeping samples failed") == 1


def test_what_vanishes_while_no_samples_can_come_goes_on_firing():
    blind = [False]
    world = World({"alert": "Down", "expr": "up == 0"}, is_blind=lambda: blind[0])
    world.put(0, 0)
    world.evaluate(1)
    blind[0] = True
    assert world.evaluate(400).transitions == ()
    assert world.engine.statuses[0].rules[0].state == "firing"
    blind[0] = False
    assert world.evaluate(460).transitions[0].reason is Reason.RESOLVED
