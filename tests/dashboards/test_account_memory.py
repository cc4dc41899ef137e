from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from alerts.budget.status import WindowCounts
from alerts.exclusions.times import Exclusion
from collector.labels import Labels
from collector.series import Series
from dashboards.account_memory import AccountMemory

DAY, UTC = 86_400.0, ZoneInfo("UTC")
MOVE = Exclusion("move", datetime(1970, 1, 5), UTC, 0, 3600.0, ("*",), ("*",), "Kim", "agreed")  # noqa: DTZ001  local


class Steps:
    """Answers each step with its own number, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def range(self, query, start, end, step_seconds):
        self.asked.append((start, end, step_seconds))
        times = np.arange(start, end + step_seconds / 2, step_seconds)
        return [Series(Labels(), times, times / step_seconds)]


@pytest.fixture
def steps():
    return Steps()


def test_error_ratios_are_asked_for_once(steps, orders):
    memory, at = AccountMemory(), 10 * DAY
    first = memory.ratios(steps, orders, at - DAY, at)
    assert steps.asked == [(at - DAY + 300, at - 300, 300.0)]
    assert memory.ratios(steps, orders, at - DAY + 20, at + 20).times.tolist() == first.times.tolist()
    later = memory.ratios(steps, orders, at - DAY + 900, at + 900)
    assert steps.asked[1:] == [(at, at + 600, 300.0)]
    assert later.times.tolist() == np.arange(at - DAY + 1200, at + 601, 300).tolist()


def test_a_first_look_asks_for_a_day_at_a_time(steps, orders):
    ratios = AccountMemory().ratios(steps, orders, 0.0, 30 * DAY + 30)
    assert len(ratios.times) == 30 * 288
    assert len(steps.asked) == 30


def test_traffic_is_asked_for_each_hour(steps, orders):
    memory = AccountMemory()
    weeks = [memory.traffic(steps, orders, 10 * DAY + seconds) for seconds in (0, 5, 3599, 3600)]
    assert len(steps.asked) == 2
    assert [len(week) for week in weeks] == [168] * 4


def test_excluded_counts_are_asked_for_when_the_window_was_counted_anew(steps, orders):
    memory, counts = AccountMemory(), WindowCounts(7 * DAY, 50.0, 1e6)
    hour = WindowCounts(3600.0, 5.0, 1e4)
    for at in (10 * DAY, 10 * DAY + 5):
        net, excluded = memory.take_off(steps, orders, [MOVE], counts, at)
        memory.take_off(steps, orders, [MOVE], hour, at)
    asked = len(steps.asked)
    assert asked == 6
    assert (excluded.seconds, net.total) == (3600, 1e6 - excluded.total)
    memory.take_off(steps, orders, [MOVE], replace(counts), 10 * DAY + 10)
    assert len(steps.asked) == 2 * asked
