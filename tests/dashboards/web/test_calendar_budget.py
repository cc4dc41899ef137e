"""The budget of a calendar period over time, beside the one that is read at a moment."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from alerts.budget.status import budget_status
from alerts.policy import load_policy
from alerts.slo import Calendar, CalendarUnit, Sli, SliKind, Slo
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from dashboards.web.calendar_budget import calendar_budget
from dashboards.web.figures import Frame, slo_figures

SEOUL = ZoneInfo("Asia/Seoul")
NOVEMBER = datetime(2026, 11, 1, tzinfo=SEOUL).timestamp()
TOTAL = "sum(increase(all_total[$window]))"
MONTHS = Calendar(CalendarUnit.MONTH, 1, "2026-01-01 00:00:00", "Asia/Seoul")
SLI = Sli(SliKind.AVAILABILITY, f"sum(increase(bad_total[$window])) or {TOTAL} * 0", TOTAL)
SLO = Slo("web", "shop", 0.9, SLI, calendar=MONTHS)
HOUR = 3600.0


@pytest.fixture(scope="module")
def querier():
    """Two days of one event a second: 2 % bad on October's last day, half in November's first hour."""
    seconds = np.arange(-86_400.0, 86_401.0, 30.0)
    bad = 1728 + 0.02 * np.minimum(seconds, 0) + np.clip(seconds, 0, HOUR) / 2
    store = MemoryStore()
    for name, values in (("all_total", seconds + 86_400), ("bad_total", bad)):
        times = ((NOVEMBER + seconds) * 1000).astype(np.int64)
        store.append_column(Labels({METRIC_NAME: name}), times, values)
    return EmbeddedQuerier(store)


def drawn(querier, start, end):
    return calendar_budget(querier, SLO, MONTHS, "left", start=start, end=end, step_seconds=600.0)


def test_each_point_is_what_the_page_said_then(querier):
    line = drawn(querier, NOVEMBER - 6 * HOUR, NOVEMBER + 6 * HOUR)
    for at, value in list(zip(line.times, line.values, strict=True))[3::7]:
        then = budget_status(querier, SLO, load_policy("default"), at)
        assert value == pytest.approx(then.budget_remaining, abs=0.02)


def test_the_budget_begins_anew(querier):
    line = drawn(querier, NOVEMBER - HOUR, NOVEMBER + HOUR)
    left = dict(zip(line.times, line.values, strict=True))
    assert left[NOVEMBER] == pytest.approx(0.8, abs=0.01)
    assert left[NOVEMBER + 600] == pytest.approx(-4, abs=0.1)


def test_nothing_is_drawn_where_nothing_was_counted(querier):
    assert drawn(querier, NOVEMBER + 1e7, NOVEMBER + 1e7 + HOUR) is None


def test_the_page_draws_it(querier):
    figures = slo_figures(querier, SLO, Frame(NOVEMBER, NOVEMBER + HOUR, SEOUL, "en"), [])
    assert [chart.title for chart in figures.charts] == ["Error budget left", "Error ratio (1m)"]
    assert not figures.failures
