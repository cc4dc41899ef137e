from dataclasses import replace

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
    alert = 600 + 2 * 60  # for, and two evaluations, since they need not meet its end
    b = alert + 300 + 60  # the look-back, and an evaluation
    assert found.run_up_seconds == b + 3600 + 60
    assert found.samples_seconds == alert + 2 * 3600 + 5 * 60 + 10 * 60


def test_a_rule_begins_no_sooner_than_it_is_needed():
    """Those of a day's window of the 5 minutes that it sums: nothing else needs them so long before."""
    rules = [
        {"record": "five", "expr": "increase(x[5m])"},
        {"record": "one", "expr": "increase(x[1m])"},
        {"alert": "A", "expr": "sum_over_time(five[1d:5m]) > 9 and one > 1"},
    ]
    found = reach(groups_of(*rules))
    assert found.leads_seconds["rules;g", 0] == 600 + 86_400 + 300 + 60
    assert found.leads_seconds["rules;g", 1] == 600 + 300 + 60
    assert found.leads_seconds["rules;g", 2] == 600


def test_keep_firing_for_and_the_groups_offset_count():
    (group,) = groups_of(
        {"record": "a", "expr": "x"}, {"alert": "A", "expr": "a > 1", "for": "1h", "keep_firing_for": "30m"}
    )
    found = reach([replace(group, query_offset_seconds=60.0)])
    alert = 3600 + 1800 + 2 * 60
    assert found.leads_seconds == {("rules;g", 1): alert, ("rules;g", 0): alert + 300 + 60 + 60}


def test_a_rule_that_reads_its_own_past_has_an_end():
    run = groups_of({"record": "n", "expr": "n + 1"}, {"alert": "N", "expr": "n > 3"})
    assert reach(run).run_up_seconds == 600 + 300 + 60
