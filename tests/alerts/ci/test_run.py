from dataclasses import replace

import numpy as np
import pytest

from alerts.ci.casebook import FiledCase
from alerts.ci.run import interval_notes, judged
from alerts.ci.verdict import Expected
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.rules.files import parse_groups

DAY = 86_400.0
START, ONSET, END = 4 * DAY, 4 * DAY + 600, 4 * DAY + 3600


def case_of(expected, **series):
    times = np.arange(0, END, 15.0)
    store = MemoryStore()
    for name, values in series.items():
        store.append_column(Labels({"__name__": name}), (times * 1000).astype(np.int64), values(times))
    return FiledCase("here", "Here", expected, lambda: store)


def groups_of(*rules, interval="15s"):
    return parse_groups({"groups": [{"name": "g", "interval": interval, "rules": list(rules)}]})


def errors(times):
    """One each 15 s, ten of them from the onset on."""
    return np.cumsum(np.where(times >= ONSET, 10.0, 1.0))


PAGE = {"severity": "page"}


def test_a_case_says_how_much_further_the_rules_look_than_its_samples_go():
    def unseen(window):
        rule = {"alert": "A", "expr": f"increase(errors_total[{window}]) > 1e9", "labels": PAGE}
        case = case_of(Expected(START, END, START, None), errors_total=errors)
        return judged(case, groups_of(rule)).sight.unseen_seconds

    assert unseen("3d") == 0.0
    assert unseen("5d") == DAY + 600


@pytest.mark.parametrize(
    ("expr", "too_short"),
    [
        ("sum_over_time(increase(errors_total[1m])[1d:1m]) > 1e9", 60.0),
        ("sum_over_time(increase(errors_total[5m])[1d:5m]) > 1e9", 0.0),
        ("increase(errors_total[1m]) > 1e9", 0.0),
    ],
)
def test_a_case_says_which_windows_its_old_samples_leave_empty(expr, too_short):
    case = case_of(Expected(START, END, START, None), errors_total=errors)
    times = np.concatenate([np.arange(0, START - 7 * 3600, 100.0), np.arange(START - 7 * 3600, END, 15.0)])
    store = MemoryStore()
    store.append_column(Labels({"__name__": "errors_total"}), (times * 1000).astype(np.int64), errors(times))
    found = judged(replace(case, load=lambda: store), groups_of({"alert": "A", "expr": expr})).sight
    assert (found.too_short_seconds, found.apart_seconds) == (too_short, 100.0 if too_short else 0.0)


@pytest.mark.parametrize("window", ["sum_over_time(five[1d:5m])", "increase(errors_total[1d])"])
def test_windows_of_a_day_are_full_at_the_start_also_where_they_are_tiled(window):
    """A day had 5,760; six more times 9 in each minute."""
    rules = [
        {"record": "five", "expr": "increase(errors_total[5m])"},
        {"alert": "Day", "expr": f"{window} > 6000", "labels": PAGE},
    ]
    case = case_of(Expected(START, END, ONSET, 900.0), errors_total=errors)
    found = judged(case, groups_of(*rules))
    assert found.problem == ""
    assert 360 <= found.page_seconds <= 360 + 315


def test_groups_without_an_interval_are_evaluated_as_the_case_was_recorded():
    case = case_of(Expected(START, END, ONSET, 900.0), errors_total=errors)
    rule = {"alert": "A", "expr": "increase(errors_total[1m]) > 30", "for": "15s", "labels": PAGE}
    groups = parse_groups({"groups": [{"name": "g", "rules": [rule]}]})
    slow, fast = case, replace(case, evaluation_seconds=15.0)
    assert (judged(slow, groups).page_seconds, judged(fast, groups).page_seconds) == (120.0, 45.0)
    assert [note.split(", ")[0][-7:] for note in interval_notes([slow, fast], groups)] == [
        "each 1m",
        "ach 15s",
    ]


@pytest.mark.parametrize("held", ["5m", "10m", "30m", "2h"])
def test_a_page_that_already_fired_at_the_start_is_told_apart_from_those_of_the_case(held):
    rule = {"alert": "Old", "expr": "errors_total > 0", "for": held, "labels": PAGE}
    case = case_of(Expected(START, END, START, None), errors_total=errors)
    found = judged(case, groups_of(rule))
    assert (found.problem, found.page_seconds) == ("", None)
    assert [labels["alertname"] for labels in found.already] == ["Old"]


def test_a_page_that_keep_firing_for_carried_over_the_start_is_none_of_the_case():
    """It held until twenty minutes before the start, and again soon after it."""
    rule = {"alert": "Kept", "expr": "level > 0", "keep_firing_for": "30m", "labels": PAGE}
    case = case_of(
        Expected(START, END, START, None),
        level=lambda times: np.where((times < START - 1200) | (times > START + 60), 1.0, 0.0),
    )
    found = judged(case, groups_of(rule))
    assert (found.problem, len(found.already)) == ("", 1)
