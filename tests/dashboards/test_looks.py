from dataclasses import replace

import pytest

from alerts.expressions import RawExpressions
from alerts.history import history_ratio
from alerts.policy import load_policy
from alerts.selectors import Unmatched
from alerts.slo import Calendar, CalendarUnit
from collector.clock import ManualClock
from collector.errors import QueryError
from collector.labels import Labels
from collector.series import Sample
from dashboards.guardrail_alerts import GuardrailAlerts
from dashboards.looks import Counts, Look, guardrail_reading, remote_targets, slo_reading
from dashboards.readings import State
from dashboards.slo_records import slo_records
from dashboards.specs import Specs
from dashboards.watch import Watcher

DEFAULT = load_policy("default")
WINDOWS = (60.0, 300.0, 1800.0, 3600.0, 7200.0, 21_600.0, 86_400.0, 259_200.0, 2_592_000.0)


@pytest.fixture
def answers(querier, orders):
    """Sets the share of bad events that every window answers."""

    def set_share(share, total=1000.0):
        events = RawExpressions(orders)
        for window in WINDOWS:
            querier.values |= {events.total(window): total, events.bad(window): share * total}

    return set_share


def test_objective_is_read_from_raw_counters(querier, orders, answers):
    answers(0.002)
    reading = slo_reading(querier, orders, DEFAULT, Counts(15), 100.0)
    assert (reading.state, reading.error_ratio) == (State.OK, pytest.approx(0.002))
    assert reading.budget_remaining == pytest.approx(0.8)
    assert dict(reading.burn_rate) == pytest.approx({"5m": 0.2, "1h": 0.2, "6h": 0.2})


def test_objective_that_nothing_counts_for_has_no_data(querier, orders):
    reading = slo_reading(querier, orders, DEFAULT, Counts(15), 100.0)
    assert (reading.state, reading.budget_remaining) == (State.NO_DATA, None)


def test_long_windows_are_asked_for_less_often(querier, orders, answers):
    answers(0.0)
    counts, events = Counts(oldest_seconds=300), RawExpressions(orders)
    for at in range(0, 120, 5):
        slo_reading(querier, orders, DEFAULT, counts, float(at))
    assert querier.asked.count(events.total(300.0)) == 24
    assert querier.asked.count(events.total(3600.0)) == 4
    assert querier.asked.count(events.total(2_592_000.0)) == 1


def test_share_that_is_recorded_is_read_with_the_counts(querier, orders, answers):
    answers(0.0)
    querier.values[history_ratio(orders, 3600.0)] = 0.25
    reading = slo_reading(querier, orders, DEFAULT, Counts(15), 100.0)
    assert reading.status.to_json()["recorded_seconds"] == {"1h": 840.0}


def test_guardrail_is_crossed_while_its_alert_fires(querier, hit_ratio):
    querier.values = {hit_ratio.now(): 0.4}
    firing = GuardrailAlerts.of([Labels({"guardrail": "hit_ratio"}), Labels({"slo": "orders"})], ())
    assert guardrail_reading(querier, hit_ratio, firing, 1.0).state is State.CROSSED
    assert guardrail_reading(querier, hit_ratio, GuardrailAlerts(), 1.0).state is State.OK
    querier.values = {}
    assert guardrail_reading(querier, hit_ratio, GuardrailAlerts(), 1.0).state is State.NO_DATA


def test_guardrail_past_its_limit_is_pending_until_its_for_is_over(querier, hit_ratio):
    querier.values = {hit_ratio.now(): 0.4}
    waiting = GuardrailAlerts(pending={"hit_ratio": 90.0})
    reading = guardrail_reading(querier, hit_ratio, waiting, 100.0)
    assert (reading.state, reading.pending_since) == (State.PENDING, 90.0)
    both = GuardrailAlerts(frozenset({"hit_ratio"}), {"hit_ratio": 90.0})
    assert guardrail_reading(querier, hit_ratio, both, 100.0).state is State.CROSSED


def test_query_that_is_wrong_costs_its_own_reading_only(querier, hit_ratio):
    querier.failure = QueryError("many-to-many")
    look = Look(querier, 1.0)
    assert [reading.state for reading in look.guardrails([hit_ratio], GuardrailAlerts())] == [State.NO_DATA]
    assert look.failures == ["hit_ratio: many-to-many"]


def test_remote_targets_are_told_by_up():
    class Server:
        def instant(self, query, at):
            values = {"up": (1.0, 0.0), "scrape_duration_seconds": (0.02, 0.5)}[query]
            return [
                Sample(Labels({"__name__": query, "job": "shop", "instance": name}), at, value)
                for name, value in zip("ab", values, strict=True)
            ]

    found = remote_targets(Server(), 1.0)
    assert [(t.instance, t.state, t.scrape_seconds) for t in found] == [
        ("a", State.UP, 0.02),
        ("b", State.DOWN, 0.5),
    ]


@pytest.fixture
def watcher(querier, orders, hit_ratio):
    specs = Specs([orders], {"default": DEFAULT}, [hit_ratio], None)
    return Watcher(
        specs, querier, ManualClock(), targets=lambda at: (), alerts=GuardrailAlerts, oldest_counts_seconds=15
    )


def test_before_the_first_look_objectives_are_there_without_data(watcher):
    assert [reading.state for reading in watcher.readings.slos] == [State.NO_DATA]
    assert watcher.readings.at is None


def test_failed_look_keeps_the_last_one_with_the_reason(watcher, querier, answers):
    answers(0.0)
    watcher.look(100.0)
    querier.failure = QueryError("no answer", kind="unavailable", retryable=True)
    watcher.look(105.0)
    assert (watcher.readings.at, watcher.readings.failure) == (100.0, "no answer")
    querier.failure = None
    watcher.look(110.0)
    assert (watcher.readings.at, watcher.readings.failure) == (110.0, "")


def test_records_hold_the_objective_and_how_it_stands(watcher, answers):
    answers(0.002)
    watcher.look(100.0)
    record = slo_records(watcher.readings)[0]
    assert (record["name"], record["kind"], record["window"]) == ("orders", "availability", "30d")
    assert record["queries"]["bad"] == "sum(increase(bad_total[$window]))"
    assert record["status"]["burn_rate"]["1h"] == pytest.approx(0.2)


def test_why_no_bad_event_was_ever_found_is_asked_now_and_then(querier, orders, answers):
    counts = Counts(15)
    answers(0.0)
    found = [slo_reading(querier, orders, DEFAULT, counts, at).unmatched for at in (100.0, 105.0)]
    assert found == [Unmatched("bad_total")] * 2
    assert sum('count({__name__="bad_total"})' in query for query in querier.asked) == 1
    answers(0.1)
    assert slo_reading(querier, orders, DEFAULT, counts, 400.0).unmatched is None


def test_a_calendars_period_is_asked_for_seldom_though_its_window_grows(querier, orders):
    calendar = Calendar(CalendarUnit.MONTH, 1, "1970-01-01 00:00:00", "UTC")
    counts, monthly = Counts(oldest_seconds=300), replace(orders, calendar=calendar)
    querier.values = {RawExpressions(orders).total(86_400.0 + 5 * n): 1000.0 for n in range(24)}
    for at in range(86_400, 86_520, 5):
        slo_reading(querier, monthly, DEFAULT, counts, float(at))
    windows = [query for query in querier.asked if "total" in query and "[1d5s]" in query]
    assert (len(windows), querier.asked.count(RawExpressions(orders).total(2_592_000.0))) == (0, 0)
    assert querier.asked.count(RawExpressions(orders).total(86_400.0)) >= 1
