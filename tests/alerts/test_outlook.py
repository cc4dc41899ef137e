"""Messages say when a budget is gone by the traffic of each hour, where "at this pace" is far off."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from alerts.budget.account import take_account
from alerts.budget.forecast import Forecast
from alerts.notify.content import write
from alerts.notify.message import Style
from alerts.outlook import FRESH_SECONDS, run_out_times
from alerts.policy import Policy, Tier
from alerts.slo import Sli, SliKind, Slo
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore

SEOUL = ZoneInfo("Asia/Seoul")
START = datetime(2025, 8, 26, tzinfo=SEOUL).timestamp()
DAY, HOUR = 86_400.0, 3600.0
TOTAL = "sum(increase(all_total[$window]))"
SLI = Sli(SliKind.AVAILABILITY, f"sum(increase(bad_total[$window])) or {TOTAL} * 0", TOTAL)
SLO = Slo("orders", "order", 0.99, SLI, period_seconds=7 * DAY)
POLICY = Policy("p", (Tier("1h", 3600, 300, 0.02, "page"),))
WHO = ("order", "orders")


def account_at(hours, left, *, recorded_from=0.0):
    """An hour at 4 % of which 1 % is allowed; so many events may still be bad.

    Half of each day, from noon on, brings 100 events a minute, the other half one.
    """
    minutes = np.arange(int(recorded_from * 60), int(hours * 60) + 1)
    total = np.where((minutes - 1) // 720 % 2 == 1, 100.0, 1.0)
    burns = minutes > hours * 60 - 60
    allowed = 0.01 * total[minutes > hours * 60 - 7 * 1440].sum()
    bad = np.where(burns, 0.04 * total, 0.0)
    earlier = (minutes > hours * 60 - 3 * 1440) & ~burns
    bad += earlier * (allowed - bad.sum() - left) / earlier.sum()
    store, times = MemoryStore(), ((START + 60 * minutes) * 1000).astype(np.int64)
    for name, counts in (("all_total", total), ("bad_total", bad)):
        store.append_column(Labels({METRIC_NAME: name}), times, np.cumsum(counts))
    return take_account(EmbeddedQuerier(store), SLO, POLICY, START + hours * HOUR)


def at_this_pace(account):
    """As the rule's own text has it (alerts/wording.py), in hours."""
    status = account.status
    return status.budget_remaining * SLO.period_seconds / status.burn_rate[HOUR] / HOUR


@pytest.mark.parametrize(
    ("hours", "flat", "seasonal"),
    [
        (8 * 24, 4.0, 14.0),  # midnight: nothing much happens until noon
        (8 * 24 + 14, 4.0, 2.0),  # at 14:00 twice the week's mean comes
    ],
)
def test_night_and_day_differ_from_the_pace(hours, flat, seasonal):
    account = account_at(hours, 480.0)
    at = account.status.at
    assert at_this_pace(account) == pytest.approx(flat, rel=0.1)
    assert (run_out_times([account], at)[WHO] - at) / HOUR == pytest.approx(seasonal, rel=0.06)


def test_history_of_less_than_a_day_says_nothing_of_hours():
    account = account_at(8 * 24, 100.0, recorded_from=8 * 24 - 12)
    assert account.exhausted_at is not None
    assert run_out_times([account], account.status.at) == {}


@pytest.fixture(scope="module")
def account():
    """Taken at 10:05; its budget is gone in nine hours and ten minutes."""
    made = account_at(8 * 24 + 10 + 5 / 60, 480.0)
    return replace(made, forecast=Forecast(made.status.at + 33_000.0, 0.04, HOUR, seasonal=True))


@pytest.mark.parametrize(("age", "told"), [(0.0, True), (FRESH_SECONDS, True), (FRESH_SECONDS + 1, False)])
def test_account_of_long_ago_is_not_told(account, age, told):
    assert (WHO in run_out_times([account], account.status.at + age)) is told


@pytest.mark.parametrize("gone_at", [None, -1.0])
def test_budget_that_lasts_or_is_gone_is_not_told(account, gone_at):
    at = account.status.at
    forecast = replace(account.forecast, exhausted_at=None if gone_at is None else at + gone_at)
    assert run_out_times([replace(account, forecast=forecast)], at) == {}


def burn(world, **labels):
    annotations = {
        "summary": "Orders burn",
        "summary_ko": "주문 소진",
        "description": "Budget left: 9.5%, gone in 4h at this pace.",
        "description_ko": "예산이 9.5% 남았습니다(이 속도면 4시간 뒤 소진).",
    }
    world.fire("Burn", "order", annotations=annotations, **labels)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "en",
            "Budget left: 9.5%, gone in 4h at this pace. "
            "With the traffic usual at these hours the budget is gone in 9 h 10 min (19:15:00 KST).",
        ),
        (
            "ko",
            "예산이 9.5% 남았습니다(이 속도면 4시간 뒤 소진). "
            "시간대별 평소 트래픽이면 예산은 9시간 10분 뒤(19:15:00 KST) 소진됩니다.",
        ),
    ],
)
def test_page_says_both(make_world, account, language, line):
    world = make_world(language=language)
    world.accounts.append(account)
    burn(world, slo="orders")
    world.pass_time()
    message = world.notifiers[0].sent[0][0]
    assert write(message, Style(language, SEOUL)).failing == (line,)


def test_page_of_an_objective_without_an_outlook_has_the_rules_own_text(make_world, account):
    world = make_world()
    world.accounts.append(account)
    burn(world, slo="others")
    world.pass_time()
    content = write(world.notifiers[0].sent[0][0], Style("en", SEOUL))
    assert content.failing == ("Budget left: 9.5%, gone in 4h at this pace.",)
