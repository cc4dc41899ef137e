from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.budget.account import take_account
from alerts.budget.words import BudgetWords
from alerts.exclusions.times import Exclusion
from alerts.policy import Policy, Tier
from alerts.slo import Sli, SliKind, Slo, bad_counted
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore

TOTAL = "sum(increase(all_total[$window]))"
SLI = Sli(SliKind.AVAILABILITY, bad_counted("sum(increase(bad_total[$window]))", TOTAL), TOTAL)
SLO = Slo("web", "shop", 0.99, SLI, period_seconds=7 * 86_400.0)
POLICY = Policy("p", (Tier("1h", 3600, 300, 0.02, "page"),))
AT = 1_700_000_400.0  # at a multiple of five minutes


def account(bad_per_second, span, *, scrape=15.0, age=7200.0):
    """Ten events a second on a store of an age. bad_per_second: pairs of seconds before AT, and how many."""
    times = np.arange(AT - age, AT + 1, scrape)
    each = np.arange(AT - age, AT + 1)
    bad = np.zeros(len(each))
    for (start, end), rate in bad_per_second:
        bad[(each > AT - start) & (each <= AT - end)] = rate
    store = MemoryStore()
    at = (times - times[0]).astype(np.int64)
    for name, counts in (("all_total", 10.0 * np.arange(len(each))), ("bad_total", np.cumsum(bad))):
        store.append_column(Labels({METRIC_NAME: name}), (times * 1000).astype(np.int64), counts[at])
    start = datetime.fromtimestamp(AT - span[0], UTC).replace(tzinfo=None)
    left_out = Exclusion("drill", start, UTC, 0, span[0] - span[1], ("*",), ("*",), "Kim", "a drill")
    return take_account(EmbeddedQuerier(store), SLO, POLICY, AT, exclusions=[left_out])


@pytest.mark.parametrize("age", [780.0, 7200.0, 86_400.0])
@pytest.mark.parametrize("ends", [0, 7])
def test_an_outage_in_excluded_minutes_takes_no_bad_events_of_other_times_with_it(age, ends):
    """2,420 in five minutes; beside them 25 of all the time."""
    found = account([((age, 0), 25 / age), ((630, 330 + ends), 2420 / 300)], (630, 330), age=age)
    excluded, status = found.excluded, found.status
    assert status.bad == pytest.approx(25 * (age - 300) / age, abs=8)
    assert status.bad + excluded.bad == pytest.approx(excluded.gross.bad)
    assert status.total + excluded.total == pytest.approx(excluded.gross.total)
    assert found.bad_minutes == 0


@pytest.mark.parametrize(
    ("scrape", "start", "end"), [(60, 3600, 3540), (15, 3595, 3585), (60, 3570, 3480), (15, 3600, 3585)]
)
def test_what_scrapes_tell_within_a_short_time_is_taken_off(scrape, start, end):
    found = account([((start, end), 10.0)], (start, end), scrape=scrape)
    assert found.excluded.bad == pytest.approx(10 * (start - end), rel=0.02)
    assert (found.status.bad, found.excluded.uncounted) == (pytest.approx(0, abs=5), 0)


def test_a_time_between_two_scrapes_is_said_to_be_too_short():
    found = account([((3640, 3610), 10.0)], (3640, 3610), scrape=60)
    assert (found.excluded.uncounted, found.status.bad) == (1, pytest.approx(300, rel=0.02))
    assert "1 of its times too short to count: no scrape in it" in BudgetWords(found, UTC).excluded()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 3000), st.integers(30, 3000), st.integers(60, 4000), st.integers(30, 4000))
def test_left_and_taken_off_add_up_and_neither_is_negative(outage_at, outage, end, lasts):
    found = account([((outage_at + outage, outage_at), 10.0)], (end + lasts, end))
    status, excluded = found.status, found.excluded
    assert min(status.bad, status.total, excluded.bad, excluded.total) >= 0
    assert status.bad + excluded.bad == pytest.approx(excluded.gross.bad)
    overlap = max(min(outage_at + outage, end + lasts) - max(outage_at, end), 0)
    assert status.bad == pytest.approx(10 * (outage - overlap), abs=0.05 * excluded.gross.bad + 300)


@pytest.mark.parametrize("age", [780.0, 1800.0, 7200.0])
def test_an_outage_between_the_scrapes_of_excluded_minutes_leaves_the_others(age):
    """All 2,420 lie between its first and its last scrape: their increase is extrapolated."""
    found = account([((age, 0), 25 / age), ((630, 345), 2420 / 285)], (637, 337), age=age)
    assert found.status.bad == pytest.approx(25 * (age - 300) / age, abs=8)
    assert found.bad_minutes == 0
