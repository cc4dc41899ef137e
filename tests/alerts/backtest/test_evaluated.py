"""What a case is judged by must not depend on how long before it the rules began."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.backtest.engine import BacktestError, alert_histories
from alerts.backtest.evaluated import evaluated
from alerts.backtest.reach import AT_ONCE, reach
from alerts.backtest.stepwise import stepwise_histories
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.rules.files import parse_groups

START, END = 200_000.0, 202_000.0
RULES = [
    {
        "name": "records",
        "interval": "30s",
        "rules": [
            {"record": "five", "expr": "increase(bad[5m])"},
            {"record": "day", "expr": "sum_over_time(five[6h:5m])"},
            {"alert": "Day", "expr": "day > 430", "for": "5m", "labels": {"severity": "page"}},
        ],
    },
    {
        "name": "others",
        "interval": "1m",
        "rules": [
            {"alert": "Shifted", "expr": "day offset 30m > 430 and five > 0", "keep_firing_for": "20m"},
            {"alert": "Held", "expr": "increase(bad[2m]) > 0", "for": "15m"},
            {
                "alert": "Both",
                "expr": 'max_over_time(ALERTS{alertname="Held",alertstate="firing"}[10m]) and day',
            },
        ],
    },
]


def groups_of(*groups):
    return parse_groups({"groups": list(groups)})


def samples(seed):
    rng, store = np.random.default_rng(seed), MemoryStore()
    times = np.arange(0, END, 15) + 5
    busy = np.repeat(rng.random(len(times) // 100 + 1) < 0.5, 100)[: len(times)]  # 25 minutes each
    bad = np.cumsum(busy & (rng.random(len(times)) < 0.6))
    store.append_column(Labels({"__name__": "bad"}), (times * 1000).astype(np.int64), bad.astype(float))
    return store


def lives_from_start(histories):
    """What fires or waits at the start, and after it."""
    return {
        labels: [
            (life.firing_at if (life.firing_at or 0) >= START else bool(life.firing_at), life.resolved_at)
            for life in lives
            if life.resolved_at is None or life.resolved_at > START
        ]
        for one in histories
        for labels, lives in one.lives.items()
    }


def without_empty(found):
    return {labels: lives for labels, lives in found.items() if lives}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_rules_that_begin_much_sooner_do_the_same(seed):
    groups, store = groups_of(*RULES), samples(seed)
    before = reach(groups)
    sooner = replace(before, leads_seconds=dict.fromkeys(before.leads_seconds, 150_000.0))
    found = lives_from_start(alert_histories(groups, store, START, END, before))
    assert without_empty(found) == without_empty(
        lives_from_start(alert_histories(groups, store, START, END, sooner))
    )


def test_the_samples_of_this_test_do_fire():
    fired = {
        one.rule.alert
        for seed in range(8)
        for one in evaluated(groups_of(*RULES), samples(seed), START, END).histories
        for lives in one.lives.values()
        for life in lives
        if life.firing_at and life.firing_at >= START
    }
    assert fired >= {"Day", "Shifted", "Held"}


def test_step_by_step_begins_as_early():
    groups = groups_of(*RULES)
    before = reach(groups)
    found = lives_from_start(stepwise_histories(groups, samples(3), START, END, before))
    at_once = lives_from_start(alert_histories(groups, samples(3), START, END, before))
    assert without_empty(found) == without_empty(at_once)


def test_rules_that_look_back_for_ever_are_told():
    rules = [{"record": "a", "expr": "bad"}, {"alert": "A", "expr": "a offset 10y > 1"}]
    with pytest.raises(
        BacktestError, match="expected rules that need others for at most 400d before, found 3650d"
    ):
        evaluated(groups_of({"name": "g", "rules": rules}), samples(1), START, END)


@pytest.mark.parametrize("held", ["10m", "1h", "2d"])
def test_what_burned_for_days_does_not_begin_to_fire(held):
    rule = {"alert": "Old", "expr": "bad >= 0", "for": held}
    histories = evaluated(groups_of({"name": "g", "rules": [rule]}), samples(1), START, END).histories
    ((life,),) = (lives for one in histories for lives in one.lives.values())
    assert life.firing_at < START
    late = alert_histories(groups_of({"name": "g", "rules": [rule]}), samples(1), START, END, AT_ONCE)
    assert late[0].lives != histories[0].lives
