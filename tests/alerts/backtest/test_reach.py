from alerts.backtest.reach import needed_by_alerts, reach
from collector.rules.files import parse_groups

RULES = [
    {"record": "a", "expr": "rate(x[5m])"},
    {"record": "b", "expr": "avg_over_time(a[1h])"},
    {"record": "unread", "expr": "increase(x[30d])"},
    {"alert": "B", "expr": "b > 1 and max_over_time(rate(x[5m] offset 10m)[2h:1m]) > 0", "for": "10m"},
]


def groups_of(*rules):
    return parse_groups({"groups": [{"name": "g", "rules": list(rules)}]})


def test_what_no_alert_reads_is_left_out():
    (group,) = needed_by_alerts(groups_of(*RULES))
    assert [rule.name for rule in group.rules] == ["a", "b", "B"]


def test_a_rule_reaches_as_far_as_its_windows_one_in_another():
    found = reach(needed_by_alerts(groups_of(*RULES)))
    assert found.samples_seconds == 2 * 3600 + 5 * 60 + 10 * 60
    assert found.run_up_seconds == 600 + 300 + 3600  # for, the look-back at b, its hour of a


def test_a_rule_that_reads_its_own_past_has_an_end():
    run = groups_of({"record": "n", "expr": "n + 1"}, {"alert": "N", "expr": "n > 3"})
    assert reach(run).run_up_seconds == 600
