import math
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.budget.status import BudgetReason, BudgetState, WindowCounts, budget_status, judge
from alerts.policy import Policy, Tier
from alerts.slo import Calendar, CalendarUnit, Sli, SliKind, Slo
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from collector.series import Sample

TOTAL = "sum(increase(all_total[$window]))"
BAD = f"sum(increase(bad_total[$window])) or {TOTAL} * 0"
SLO = Slo("web", "shop", 0.99, Sli(SliKind.AVAILABILITY, BAD, TOTAL, "sum(busy)"))
POLICY = Policy("p", (Tier("1h", 3600, 300, 0.02, "page"),))


def status(
    short: tuple, long: tuple, period: tuple, in_flight: float | None = None, demand: float | None = None
):
    windows = zip((300.0, 3600.0, SLO.period_seconds), (short, long, period), strict=True)
    counts = [WindowCounts(window, *events) for window, events in windows]
    return judge(SLO, POLICY, counts, in_flight, 0.0, demand=demand)


@pytest.mark.parametrize(
    ("short", "long", "period", "in_flight", "state", "reason"),
    [
        ((0, 100), (0, 1e3), (10, 1e5), 1, BudgetState.OK, BudgetReason.WITHIN),
        ((20, 100), (200, 1e3), (300, 1e5), 1, BudgetState.BURNING, BudgetReason.TIER),
        ((20, 100), (10, 1e3), (300, 1e5), 1, BudgetState.OK, BudgetReason.WITHIN),
        ((0, 0), (0, 1e3), (10, 1e5), 0, BudgetState.OK, BudgetReason.WITHIN),
        ((0, 0), (0, 1e3), (10, 1e5), 4, BudgetState.BURNING, BudgetReason.HANG),
        ((0, 100), (0, 1e3), (1000, 1e5), 1, BudgetState.SPENT, BudgetReason.OVERSPENT),
        ((None, None), (None, None), (None, None), None, BudgetState.NO_DATA, BudgetReason.ABSENT),
        ((None, None), (0, 1e3), (10, 1e5), None, BudgetState.NO_DATA, BudgetReason.ABSENT),
        ((None, 100), (None, 1e3), (None, 1e5), None, BudgetState.NO_DATA, BudgetReason.ABSENT),
    ],
    ids=["ok", "burning", "short-only", "idle", "hang", "spent", "absent", "absent-lately", "no-such-bucket"],
)
def test_states(short, long, period, in_flight, state, reason):  # noqa: PLR0917  a row of the table
    judged = status(short, long, period, in_flight)
    assert (judged.state, judged.reason) == (state, reason)


ABSENT = (None, None)


@pytest.mark.parametrize("absent", [ABSENT, (0, 0)], ids=["absent", "idle"])
@pytest.mark.parametrize(
    ("in_flight", "demand", "state", "reason"),
    [
        (7, None, BudgetState.BURNING, BudgetReason.HANG),
        (None, 7, BudgetState.BURNING, BudgetReason.UNANSWERED),
        (7, 7, BudgetState.BURNING, BudgetReason.HANG),
    ],
)
def test_what_nobody_ever_answered_hangs_as_its_rules_say(absent, in_flight, demand, state, reason):
    judged = status(absent, absent, absent, in_flight, demand)
    assert (judged.state, judged.reason, judged.demand) == (state, reason, demand)
    assert judged.is_absent is (absent == ABSENT)
    assert status(absent, absent, absent, 0, 0).state is not state


def test_demand_is_asked_for():
    slo = replace(SLO, sli=replace(SLO.sli, in_flight=None, demand="sum(busy)"))
    judged = budget_status(Scraped(), slo, POLICY, 0.0)
    assert (judged.reason, judged.to_json()["demand"]) == (BudgetReason.UNANSWERED, 4.0)


@pytest.mark.parametrize(("share", "state"), [(1.0, BudgetState.BURNING), (0.1, BudgetState.OK)])
def test_tier_burns_by_what_is_recorded_of_its_window(share, state):
    counts = [WindowCounts(window, 20.0, 100.0) for window in (300.0, 3600.0)]
    counts.append(WindowCounts(SLO.period_seconds, 300.0, 1e5))
    judged = judge(SLO, POLICY, counts, None, 0.0, history={3600.0: share})
    assert judged.state is state
    assert judged.to_json()["recorded_seconds"] == {"1h": 3600.0 if share == 1 else pytest.approx(300)}


def test_idle_has_no_ratio_and_no_nan():
    judged = status((0, 0), (0, 0), (0, 0))
    assert judged.error_ratio is None
    assert judged.budget_remaining is None
    assert judged.to_json()["burn_rate"] == {"5m": None, "1h": None, "30d": None}


@settings(deadline=None, derandomize=True)
@given(total=st.integers(1, 10**9), share=st.floats(0, 1))
def test_what_is_spent_and_what_is_left_add_up(total, share):
    judged = status((0, 1), (0, 1), (share * total, total))
    spent = judged.burn_rate[SLO.period_seconds]
    assert judged.budget_remaining == pytest.approx(1 - spent)
    assert judged.error_ratio == pytest.approx(share)


class Scraped:
    """A querier where windows of a minute hold one sample, and bad events are no number."""

    def instant(self, query, at):
        if "[1m]" in query:
            return []
        value = 4.0 if query == "sum(busy)" else math.nan if "bad_total" in query else 0.0
        return [Sample(Labels(), at, value)]


def test_hang_is_judged_over_five_minutes_at_least_and_nan_is_no_count():
    judged = budget_status(Scraped(), SLO, Policy("p", (Tier("fast", 600, 60, 0.02, "page"),)), 0.0)
    assert (judged.state, judged.reason) == (BudgetState.BURNING, BudgetReason.HANG)
    assert (judged.total, judged.bad) == (0.0, None)


def test_windows_that_are_counted_are_the_policys_those_asked_for_the_hangs_and_the_period():
    asked = []

    def count(_querier, _slo, seconds, _at):
        asked.append(seconds)
        return WindowCounts(seconds, 0.0, 1.0)

    policy = Policy("p", (Tier("fast", 600, 60, 0.02, "page"),))
    budget_status(Scraped(), SLO, policy, 0.0, more_windows=(3600.0,), count=count)
    assert asked == [60, 300, 600, 3600, SLO.period_seconds]


def test_counts_events_not_averages_of_ratios():
    """An hour of outage at a hundredth of the traffic costs a hundredth of what an average of ratios says."""
    store = MemoryStore()
    for minute in range(120):
        quiet = minute > 60
        add = 1.0 if quiet else 100.0
        store.append(
            Labels({METRIC_NAME: "all_total"}), minute * 60_000, min(minute, 60) * 100 + max(0, minute - 60)
        )
        store.append(
            Labels({METRIC_NAME: "bad_total"}), minute * 60_000, max(0.0, minute - 60) * (add == 1.0)
        )
    judged = budget_status(EmbeddedQuerier(store), SLO, POLICY, 119 * 60)
    assert judged.error_ratio == pytest.approx(59 / 6059, rel=0.01)
    assert judged.state is BudgetState.BURNING


def store_of(*columns: tuple[str, list[float]], every_seconds: float, start: float) -> MemoryStore:
    store = MemoryStore()
    for name, values in columns:
        times = ((start + every_seconds * np.arange(len(values))) * 1000).astype(np.int64)
        store.append_column(Labels({METRIC_NAME: name}), times, np.array(values))
    return store


def test_a_calendars_budget_begins_anew_with_the_month():
    """All of October's last day fails, and one in a thousand of November's first half day."""
    november = datetime(2026, 11, 1, tzinfo=ZoneInfo("Asia/Seoul")).timestamp()
    minutes = np.arange(-1440.0, 721.0)
    bad = np.where(minutes < 0, 100 * (minutes + 1440), 144_000 + 0.1 * minutes)
    store = store_of(
        ("all_total", list(100 * (minutes + 1440))),
        ("bad_total", list(bad)),
        every_seconds=60,
        start=november - 86_400,
    )
    months = Calendar(CalendarUnit.MONTH, 1, "2026-01-01 00:00:00", "Asia/Seoul")
    monthly = replace(SLO, calendar=months, sli=replace(SLO.sli, in_flight=None))
    october = budget_status(EmbeddedQuerier(store), monthly, POLICY, november - 60)
    assert (october.state, october.error_ratio) == (BudgetState.SPENT, pytest.approx(1))
    half_day = budget_status(EmbeddedQuerier(store), monthly, POLICY, november + 43_200)
    assert half_day.state is BudgetState.OK
    assert half_day.error_ratio == pytest.approx(0.001, rel=0.01)
    assert half_day.budget_remaining == pytest.approx(0.9, rel=0.01)
    assert half_day.to_json()["period"] == {"start": november, "end": november + 30 * 86_400}
    assert set(half_day.burn_rate) == {300.0, 3600.0}


def test_what_counts_no_events_burns_without_a_least_number_of_them():
    tier = replace(POLICY.tiers[0], min_bad_events=10)
    counts = [WindowCounts(window, 0.5, 1.0) for window in (300.0, 3600.0, SLO.period_seconds)]
    counts[-1] = WindowCounts(SLO.period_seconds, 0.0, 1.0)
    averages = replace(SLO, sli=replace(SLO.sli, counts_events=False))
    states = [judge(each, Policy("p", (tier,)), counts, None, 0.0).state for each in (SLO, averages)]
    assert states == [BudgetState.OK, BudgetState.BURNING]
