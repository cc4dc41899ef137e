import math

import pytest

from collector.labels import Labels
from collector.ruletest.file import (
    AlertTest,
    ExpectedAlert,
    ExpectedSample,
    QueryTest,
    RuleTest,
    RuleTestFile,
)
from collector.ruletest.run import Failure, run_rule_tests
from collector.series_notation import parse_values

UP = Labels({"__name__": "up", "job": "shop"})
DOWN = """groups:
- name: g
  rules: [{alert: Down, expr: up == 0, for: 1m, annotations: {say: '"{{ $value }}"'}}]
"""


def failures(tmp_path, *, rules="groups: []", values="0x9", alerts=(), queries=(), fuzzy=False):
    (tmp_path / "r.yml").write_text(rules)
    test = RuleTest("t", 60.0, {UP: parse_values(values)}, alerts, queries, {}, "")
    return list(run_rule_tests(RuleTestFile((tmp_path / "r.yml",), (), 60.0, (), fuzzy, (test,))))


def test_an_alert_that_fires_as_expected_is_no_failure(tmp_path):
    expected = ExpectedAlert({"job": "shop"}, {"say": '"0"'})
    assert failures(tmp_path, rules=DOWN, alerts=(AlertTest("Down", 60.0, (expected,)),)) == []


def test_a_failure_spells_what_was_expected_and_what_fires(tmp_path):
    expected = ExpectedAlert({"job": "other", "empty": ""}, {})
    (failure,) = failures(tmp_path, rules=DOWN, alerts=(AlertTest("Down", 60.0, (expected,)),))
    assert failure == Failure(
        "t",
        "alertname: Down",
        60.0,
        ('labels {alertname="Down", empty="", job="other"}, annotations {}',),
        ('labels {alertname="Down", job="shop"}, annotations {say="\\"0\\""}',),
    )


def test_an_answer_that_differs_spells_both(tmp_path):
    asked = QueryTest("up + 1", 60.0, (ExpectedSample(UP, 1.0),))
    (failure,) = failures(tmp_path, queries=(asked,))
    assert (failure.expected, failure.got) == (('up{job="shop"} 1',), ('{job="shop"} 1',))


def test_a_query_that_fails_does_not_stop_the_next(tmp_path):
    wrong, right = QueryTest("up +", 0.0, ()), QueryTest("up", 0.0, ())
    first, second = failures(tmp_path, queries=(wrong, right))
    assert "parse error" in first.error
    assert (second.error, second.got) == ("", ('up{job="shop"} 0',))


def test_a_rule_that_fails_ends_the_test(tmp_path):
    rules = "groups: [{name: g, rules: [{record: up, expr: 'up{job=\"shop\"} + 1'}]}]"
    (failure,) = failures(tmp_path, rules=rules, values="_ 0x9", queries=(QueryTest("up", 300.0, ()),))
    assert failure == Failure("t", "rule: up", 60.0, error="duplicate sample for timestamp")


@pytest.mark.parametrize(
    ("expected", "fuzzy", "passes"),
    [
        (1.0, False, True),
        (math.nextafter(1.0, 2), False, False),
        (math.nextafter(1.0, 2), True, True),
        (math.nextafter(1.0, 0), True, True),
        (math.nextafter(math.nextafter(1.0, 2), 2), True, False),
        (math.nan, True, False),
    ],
)
def test_fuzzy_takes_the_last_bit_and_no_more(tmp_path, expected, fuzzy, passes):
    asked = QueryTest("up", 0.0, (ExpectedSample(UP, expected),))
    assert (failures(tmp_path, values="1", queries=(asked,), fuzzy=fuzzy) == []) is passes


def test_a_day_at_a_minute_is_evaluated_1441_times(tmp_path):
    rules = "groups: [{name: g, rules: [{record: n, expr: n + 1 or vector(1)}]}]"
    asked = QueryTest("n", 86_400.0, (ExpectedSample(Labels({"__name__": "n"}), 1441.0),))
    assert failures(tmp_path, rules=rules, queries=(asked,)) == []
