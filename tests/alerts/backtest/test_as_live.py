"""What a whole history cannot say at once runs through the live engine; the rest says the same as it does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.backtest.engine import BacktestError
from alerts.backtest.evaluated import evaluated
from alerts.backtest.label_texts import needs_value
from alerts.backtest.reach import needed_by_alerts, reach
from alerts.backtest.stepwise import stepwise_histories
from alerts.ci.freeze import selectors_read
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.rules.files import parse_groups

START, END = 1_000.0, 2_800.0


def groups_of(*rules, **options):
    return parse_groups({"groups": [{"name": "g", "interval": "15s", "rules": list(rules), **options}]})


def store_of(**series):
    """Gauges: of each name one for each list of values, at 0, 15 s and so on."""
    store = MemoryStore()
    for name, rows in series.items():
        for i, values in enumerate(rows):
            times = np.arange(len(values)) * 15_000
            store.append_column(Labels({"__name__": name, "i": str(i)}), times, np.array(values, float))
    return store


def noise(seed, series=4):
    rng = np.random.default_rng(seed)
    return store_of(x=np.round(rng.random((series, 190)) * 3), mode=[np.repeat(rng.integers(0, 3, 19), 10)])


def lives_by_labels(histories):
    found = {}
    for one in histories:
        found |= {labels: list(lives) for labels, lives in one.lives.items() if lives}
    return found


MODE = '{{ query "mode" | first | value }}'
RULES = {
    "query": ({"alert": "A", "expr": "x > 2", "labels": {"mode": MODE}, "for": "15s"}, {}),
    "limit": ({"alert": "A", "expr": "x > 1", "keep_firing_for": "1m"}, {"limit": 3}),
    "limit alone": ({"alert": "A", "expr": "x > 1", "for": "15s"}, {"limit": 2}),
    "dot": ({"alert": "A", "expr": "x > 1", "labels": {"all": "{{ . }}"}}, {}),
    "dollar": ({"alert": "A", "expr": "x > 1", "labels": {"all": "{{ printf `%v` $ }}"}}, {}),
    "name": ({"alert": "A", "expr": "x > 1", "labels": {"of": "{{ $labels.__name__ }}"}}, {}),
    "error": ({"alert": "A", "expr": "x > 1", "labels": {"of": "{{ parseDuration $labels.i }}"}}, {}),
}


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_history_gives_what_the_live_engine_gives(name, seed):
    rule, options = RULES[name]
    groups = groups_of(rule, **options)
    found = lives_by_labels(evaluated(groups, noise(seed), START, END).histories)
    live = stepwise_histories(groups, noise(seed), START, END, reach(groups))
    assert found == lives_by_labels(live)
    assert found


@pytest.mark.parametrize("name", ["query", "limit"])
def test_what_a_history_cannot_say_at_once_runs_step_by_step(name):
    rule, options = RULES[name]
    assert evaluated(groups_of(rule, **options), noise(1), START, END).why_stepwise


def test_a_limit_that_no_step_can_exceed_needs_no_steps():
    groups = groups_of(RULES["limit"][0], limit=4)
    assert not evaluated(groups, noise(1), START, END).why_stepwise


def test_a_label_is_what_its_query_answers_at_the_time():
    store = store_of(x=[[3] * 190], mode=[[0] * 100 + [1] * 90])
    found = lives_by_labels(evaluated(groups_of(RULES["query"][0]), store, START, END).histories)
    firing = {labels["mode"]: [life.firing_at for life in lives] for labels, lives in found.items()}
    assert firing.keys() == {"0", "1"}
    assert firing["1"] == [1_510.0 + 15.0]  # the evaluation after the change, and its for


def test_over_its_limit_a_rule_forgets_what_keep_firing_for_kept():
    """Three alerts of which two are kept: a fourth is one too many, and all of them end."""
    once = [3] * 80 + [0] * 110
    store = store_of(x=[once, once, [0] * 82 + [3] * 108, [0] * 82 + [3] * 108])
    groups = groups_of({"alert": "A", "expr": "x > 1", "keep_firing_for": "10m"}, limit=3)
    found = lives_by_labels(evaluated(groups, store, START, END).histories)
    kept = [life for labels, lives in found.items() for life in lives if labels["i"] in "01"]
    assert {life.resolved_at for life in kept} == {1_240.0}


def test_what_label_queries_read_is_kept_fetched_and_frozen():
    rule = {
        "alert": "A",
        "expr": "x > 1",
        "labels": {
            "d": '{{ with printf "max_over_time(down{i=%q,job=\\"a\\"}[1h])" $labels.i | query }}{{ end }}'
        },
    }
    groups = needed_by_alerts(groups_of({"record": "down", "expr": "sum(y)"}, rule))
    assert [one.name for one in groups[0].rules] == ["down", "A"]
    assert selectors_read(groups) == ['{__name__="y"}', '{__name__="x"}']
    alone = groups_of(rule)
    assert selectors_read(alone) == ['{__name__="x"}', '{job="a",__name__="down"}']
    assert reach(alone).samples_seconds == 600 + 3600


def test_info_reads_the_series_that_it_copies_from():
    groups = groups_of({"alert": "A", "expr": 'info(x) > 1 or info(x, {data=~".+"}) > 1'})
    assert selectors_read(groups) == [
        '{__name__="x"}',
        '{__name__="target_info"}',
        '{__name__="target_info",data=~".+"}',
    ]


@pytest.mark.parametrize(
    ("text", "is_needed"),
    [
        ("{{ $value }}", True),
        ("{{ .Value | humanize }}", True),
        ("{{ . }}", True),
        ("{{ printf `%v` $ }}", True),
        ("{{ $labels.value_of }}", True),  # rather once too often
        ("{{ $labels.i }}", False),
        ("{{ .Labels.i | toUpper }}", False),
        ("a . $ b", False),
    ],
)
def test_labels_are_made_of_the_value_if_they_may_be(text, is_needed):
    assert needs_value(text) == is_needed


def test_a_rule_that_fails_at_a_few_steps_keeps_its_alerts():
    """For a minute two series match where one may; another rule makes all of them run step by step."""
    rules = [
        {"record": "n", "expr": "x * 0 + (n or x * 0)"},
        {"alert": "N", "expr": "n > 0"},
        {"alert": "A", "expr": "x + on () (y > 0)"},
    ]
    store = store_of(x=[[3] * 190], y=[[1] * 190, [0] * 100 + [1] * 4 + [0] * 86])
    found = evaluated(groups_of(*rules), store, START, END)
    (history,) = (one for one in found.histories if one.rule.alert == "A")
    assert found.why_stepwise
    assert history.failures == 4
    assert "many-to-many" in history.reason or "duplicate series" in history.reason
    ((life,),) = history.lives.values()
    assert life.resolved_at is None


def test_a_rule_that_always_fails_is_told():
    rules = [{"record": "n", "expr": "n + x"}, {"alert": "A", "expr": "x + on () y > n"}]
    store = store_of(x=[[3] * 190], y=[[1] * 190, [1] * 190])
    with pytest.raises(BacktestError, match="g: A: "):
        evaluated(groups_of(*rules), store, START, END)
