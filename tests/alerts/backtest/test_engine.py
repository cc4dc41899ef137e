"""Whole histories against the rule engine that runs live, step by step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.backtest.engine import alert_histories
from alerts.backtest.order import StepwiseError
from alerts.backtest.stepwise import stepwise_histories
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.rules.files import parse_groups

RULES = {
    "groups": [
        {
            "name": "records",
            "interval": "15s",
            "rules": [
                {"record": "bad:rate1m", "expr": "sum by (i) (rate(bad[1m]))"},
                {"record": "total:rate1m", "expr": "sum by (i) (rate(total[1m]))", "labels": {"kind": "all"}},
                {"record": "ratio", "expr": "bad:rate1m / ignoring (kind) total:rate1m > 0"},
                {"alert": "Burns", "expr": "ratio > 0.3", "for": "30s", "labels": {"severity": "page"}},
            ],
        },
        {
            "name": "others",
            "interval": "30s",
            "rules": [
                {"alert": "Kept", "expr": "ratio > 0.5", "keep_firing_for": "1m"},
                {"alert": "Quiet", "expr": 'absent(total{i="0"})', "for": "1m"},
                {
                    "alert": "Level",
                    "expr": "ratio > 0.2",
                    "labels": {"high": "{{ gt $value 0.6 }}"},
                },
                {"alert": "Both", "expr": 'ALERTS{alertname="Burns",alertstate="firing"} and on (i) ratio'},
            ],
        },
    ]
}


def lives_by_labels(histories):
    return {labels: list(lives) for one in histories for labels, lives in one.lives.items() if lives}


def samples(seed, gaps):
    rng, store = np.random.default_rng(seed), MemoryStore()
    times = 1_000_000 + np.arange(120) * 15_000
    for i in range(2):
        total = np.cumsum(rng.integers(0, 20, len(times))).astype(float)
        bad = np.cumsum(rng.integers(0, 10, len(times)) * (rng.random(len(times)) < 0.5)).astype(float)
        kept = rng.random(len(times)) >= gaps
        for name, values in (("total", total), ("bad", bad)):
            store.append_column(Labels({"__name__": name, "i": str(i)}), times[kept], values[kept])
    return store


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.1, 0.5]))
def test_all_steps_at_once_give_what_steps_give(seed, gaps):
    groups, during = parse_groups(RULES), (1_000.0, 2_900.0)
    found = lives_by_labels(alert_histories(groups, samples(seed, gaps), *during))
    assert found == lives_by_labels(stepwise_histories(groups, samples(seed, gaps), *during))


def test_the_samples_of_these_tests_do_fire():
    histories = alert_histories(parse_groups(RULES), samples(1, 0.1), 1_000.0, 2_900.0)
    fired = {
        one.rule.alert for one in histories for lives in one.lives.values() for x in lives if x.firing_at
    }
    assert {"Burns", "Kept", "Level", "Both"} <= fired


@pytest.mark.parametrize(
    "rules",
    [
        [{"record": "x", "expr": "x offset 15s + 1"}],
        [{"alert": "A", "expr": "y > 1"}, {"record": "y", "expr": "bad"}],
        [{"record": "x", "expr": "bad @ end()"}],
    ],
)
def test_rules_that_read_the_step_before_are_told(rules):
    with pytest.raises(StepwiseError):
        alert_histories(parse_groups({"groups": [{"name": "g", "rules": rules}]}), MemoryStore(), 0.0, 60.0)
