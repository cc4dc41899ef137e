from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from alerts.budget.account import take_account
from alerts.budget.status import BudgetReason, BudgetState
from alerts.exclusions.times import Exclusion
from alerts.policy import Policy, Tier
from alerts.slo import Calendar, CalendarUnit, Sli, SliKind, Slo
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore

TOTAL = "sum(increase(all_total[$window]))"
SLI = Sli(SliKind.AVAILABILITY, f"sum(increase(bad_total[$window])) or {TOTAL} * 0", TOTAL)
DAY, HOUR = 86_400.0, 3600.0
SLO = Slo("web", "shop", 0.99, SLI, period_seconds=7 * DAY)
POLICY = Policy("p", (Tier("1h", 3600, 300, 0.02, "page"),))
SEOUL = ZoneInfo("Asia/Seoul")
START = datetime(2026, 11, 1, tzinfo=SEOUL).timestamp()
AT = START + 8 * DAY


def querier_of(bad_per_minute, *, per_minute=100.0, days=8):
    """Events each minute from START on; bad: from a day (with its fraction) on, until another, so many."""
    minutes = np.arange(int(days * 1440) + 1)
    bad = np.zeros(len(minutes))
    for first, last, rate in bad_per_minute:
        bad[(minutes > first * 1440) & (minutes <= last * 1440)] = rate
    totals = np.full(len(minutes), per_minute) if np.isscalar(per_minute) else per_minute(minutes)
    store = MemoryStore()
    times = ((START + 60 * minutes) * 1000).astype(np.int64)
    for name, counts in (("all_total", totals), ("bad_total", bad)):
        store.append_column(Labels({METRIC_NAME: name}), times, np.cumsum(counts))
    return EmbeddedQuerier(store)


def exclusion(name="move", day=3, hours=2, rule="", zone=SEOUL):
    start = datetime(2026, 11, 1 + day)  # noqa: DTZ001  local
    return Exclusion(name, start, zone, 0, hours * HOUR, ("*",), ("*",), "Kim", "agreed", rule)


def test_excluded_time_is_taken_off_and_both_are_told():
    """Two hours of full outage in a week are more than its budget; half an hour more is not excluded."""
    querier = querier_of([(3, 3 + 2.5 / 24, 100.0)])
    spent = take_account(querier, SLO, POLICY, AT)
    assert (spent.status.state, spent.excluded) == (BudgetState.SPENT, None)
    net = take_account(querier, SLO, POLICY, AT, exclusions=[exclusion()])
    assert net.status.state is BudgetState.OK
    assert (net.status.bad, net.status.total) == pytest.approx((3000, 996_000), rel=0.01)
    assert net.status.budget_remaining == pytest.approx(0.7, abs=0.01)
    assert net.bad_minutes == 30
    said = net.to_json()["excluded"]
    assert (said["seconds"], said["bad"]) == (7200, pytest.approx(12_000, rel=0.01))
    assert said["with_excluded"]["budget_remaining"] == pytest.approx(-0.49, abs=0.01)
    assert said["windows"] == [
        {"name": "move", "author": "Kim", "reason": "agreed", "seconds": 7200, "active": False}
    ]


def test_burn_rates_are_with_what_is_excluded():
    querier = querier_of([(7.9, 8, 100.0)])
    now = exclusion(day=7, hours=24)
    net = take_account(querier, SLO, POLICY, AT, exclusions=[now])
    assert net.status.burn_rate[HOUR] == pytest.approx(100)
    assert net.status.state is BudgetState.BURNING
    assert net.status.budget_remaining == pytest.approx(1)
    assert net.to_json()["excluded"]["windows"][0]["active"]


class Counting:
    def __init__(self, querier):
        self.querier, self.ranges, self.points, self.instants = querier, 0, 0, []

    def instant(self, query, at):
        self.instants.append(query)
        return self.querier.instant(query, at)

    def range(self, query, start, end, step_seconds):
        self.ranges += 1
        self.points += round((end - start) / step_seconds) + 1
        return self.querier.range(query, start, end, step_seconds)


def test_each_window_is_counted_once():
    querier = Counting(querier_of([(0, 8, 4.0)]))
    take_account(querier, SLO, POLICY, AT)
    assert len(querier.instants) == len(set(querier.instants))


def test_nights_are_counted_by_a_few_queries_more_across_a_change_of_clocks():
    """Two for the nights; two each for the days, and what lies before the first night and after the last."""
    querier, plain = Counting(querier_of([(0, 8, 1.0)])), Counting(querier_of([(0, 8, 1.0)]))
    new_york = ZoneInfo("America/New_York")  # clocks are set back on 1 November
    nights = [exclusion(day=0, hours=1, rule="FREQ=DAILY", zone=new_york)]
    take_account(plain, SLO, POLICY, AT)
    net = take_account(querier, SLO, POLICY, AT, exclusions=nights)
    assert net.excluded.seconds == 7 * HOUR
    assert net.excluded.total == pytest.approx(7 * 6000, rel=0.01)
    assert querier.ranges - plain.ranges == 2 + 6


def test_scattered_times_are_counted_by_a_bounded_number_of_queries():
    plain = Counting(querier_of([(0, 8, 1.0)]))
    take_account(plain, SLO, POLICY, AT)
    rng = np.random.default_rng(1)
    starts = START + DAY + 3600 * np.arange(160) + rng.integers(60, 1800, 160)
    local = [datetime.fromtimestamp(float(at), SEOUL).replace(tzinfo=None) for at in starts]
    scattered = [replace(exclusion(f"n{n}"), start=at, seconds=1200.0) for n, at in enumerate(local)]
    querier = Counting(plain.querier)
    net = take_account(querier, SLO, POLICY, AT, exclusions=scattered)
    assert net.excluded.total == pytest.approx(net.excluded.seconds / 60 * 100, rel=0.05)
    assert net.excluded.seconds == 160 * 1200
    assert 2 <= querier.ranges - plain.ranges <= 2 * 2**5
    assert querier.points - plain.points <= 2 * 7 * 1440


def test_what_is_excluded_altogether_leaves_nothing_to_judge_by():
    net = take_account(querier_of([(0, 8, 1.0)]), SLO, POLICY, AT, exclusions=[exclusion(day=0, hours=240)])
    assert (net.status.budget_remaining, net.status.total) == (None, 0)
    assert net.allowed_bad_minutes == 0


def test_calendars_period_takes_off_from_its_start_on():
    monthly = replace(SLO, calendar=Calendar(CalendarUnit.MONTH, 1, "2026-01-01 00:00:00", "Asia/Seoul"))
    net = take_account(
        querier_of([(0, 0.125, 100.0)]), monthly, POLICY, AT, exclusions=[exclusion(day=0, hours=3)]
    )
    assert net.status.budget_remaining == pytest.approx(1, abs=0.01)
    assert net.excluded.seconds == 3 * HOUR
    assert net.allowed_bad_minutes == pytest.approx((30 * 1440 - 180) * 0.01)


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [(20, BudgetReason.BEGUN), (100, BudgetReason.BEGUN), (130, BudgetReason.WITHIN)],
)
def test_calendars_period_has_just_begun_until_two_scrapes_are_in_it(seconds, reason):
    daily = replace(SLO, calendar=Calendar(CalendarUnit.DAY, 1, "2026-01-01 00:00:00", "Asia/Seoul"))
    status = take_account(querier_of([], days=9), daily, POLICY, AT + seconds).status
    assert (status.state, status.reason) == (BudgetState.OK, reason)


@pytest.mark.parametrize(("rate", "runs_out"), [(2.0, True), (1.1, False)])
def test_calendars_budget_gains_by_traffic_and_begins_anew(rate, runs_out):
    """After eight days without errors each minute spends ``rate`` and gains 1."""
    monthly = replace(SLO, calendar=Calendar(CalendarUnit.MONTH, 1, "2026-01-01 00:00:00", "Asia/Seoul"))
    account = take_account(querier_of([(8, 9.6, rate)], days=9.6), monthly, POLICY, START + 9.6 * DAY)
    left = 0.01 * account.status.total - account.status.bad
    expected = AT + 1.6 * DAY + left / (rate - 1) * 60
    assert account.exhausted_at == (pytest.approx(expected, abs=3600) if runs_out else None)


def test_averages_are_taken_off_by_how_long_they_last():
    """A ready-made ratio: all fails for the two hours that are excluded, and half for two others."""
    known = "count(bad_share) * 0"
    bad = f"sum((avg(avg_over_time(bad_share[$window]))) >= -Inf or {known})"
    total = f"sum((avg(avg_over_time(bad_share[$window])) >= -Inf) * 0 + 1 or {known})"
    share = np.zeros(8 * 1440 + 1)
    share[3 * 1440 + 1 : 3 * 1440 + 121], share[5 * 1440 : 5 * 1440 + 120] = 1.0, 0.5
    store = MemoryStore()
    times = ((START + 60 * np.arange(len(share))) * 1000).astype(np.int64)
    store.append_column(Labels({METRIC_NAME: "bad_share"}), times, share)
    slo = replace(SLO, sli=replace(SLI, bad=bad, total=total, counts_events=False))
    net = take_account(EmbeddedQuerier(store), slo, POLICY, AT, exclusions=[exclusion()])
    assert net.status.error_ratio == pytest.approx(1 / 166, rel=0.02)
    assert net.status.budget_remaining == pytest.approx(1 - 100 / 166, abs=0.02)


def test_forecast_does_not_go_on_with_what_is_excluded():
    """A tier of three days burns by an outage that is excluded; beside it one per mille fails."""
    slow = Policy("p", (Tier("3d", 3 * DAY, 6 * HOUR, 0.01, "ticket"),))
    querier = querier_of([(0, 6, 0.1), (6, 6 + 2 / 24, 100.0), (6 + 2 / 24, 8, 0.1)])
    net = take_account(querier, SLO, slow, AT, exclusions=[exclusion(day=6)])
    assert net.status.burning_seconds == 3 * DAY
    assert net.forecast is None


def test_forecast_waits_for_the_morning():
    """Nights have no traffic. At 4 % errors, 3 % more than allowed, the last hour before dusk burns on."""
    busy = lambda minutes: np.where((minutes - 1) // 720 % 2 == 1, 100.0, 0.0)  # noqa: E731
    querier = querier_of([(7.95, 8, 4.0)], per_minute=busy)
    account = take_account(querier, SLO, POLICY, AT)
    status = account.status
    left = SLO.error_budget * status.total - status.bad
    assert account.forecast.seasonal
    assert account.forecast.error_ratio == pytest.approx(0.04, rel=0.01)
    days, rest = divmod(left / (0.04 * 6000), 12)
    expected = days * DAY + (12 + rest) * HOUR
    assert account.exhausted_at - AT == pytest.approx(expected, abs=600)


def test_young_store_gains_budget_as_traffic_comes():
    """After a day without errors, half a day at 4 % for an allowed 1 %: each event spends what three gain."""
    querier = querier_of([(1, 1.1, 4.0)], days=1.1)
    account = take_account(querier, SLO, POLICY, START + 1.1 * DAY)
    left = 0.01 * account.status.total - account.status.bad
    assert account.exhausted_at - account.status.at == pytest.approx(left / 3 * 60, rel=0.02)


def test_without_too_many_errors_there_is_no_forecast_and_without_data_no_minutes():
    assert take_account(querier_of([(0, 8, 0.5)]), SLO, POLICY, AT).to_json()["exhausted_at"] is None
    account = take_account(EmbeddedQuerier(MemoryStore()), SLO, POLICY, AT)
    assert (account.bad_minutes, account.forecast, account.excluded) == (None, None, None)


def test_bad_minutes_are_those_above_what_is_allowed():
    account = take_account(querier_of([(2, 2.5, 1.0), (3, 3.0 + 1 / 24, 2.0)]), SLO, POLICY, AT)
    assert (account.bad_minutes, account.allowed_bad_minutes) == (60, pytest.approx(100.8))
