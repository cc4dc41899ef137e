import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.budget import texts as budget_texts
from alerts.budget.account import Account
from alerts.budget.forecast import Forecast
from alerts.budget.gate import Outcome, verdict, worst
from alerts.budget.readings import Reading
from alerts.budget.status import BudgetReason, BudgetState, BudgetStatus, WindowCounts
from alerts.budget.taken_off import Excluded
from alerts.charts.model import Language
from alerts.exclusions.times import Exclusion, occurrences
from alerts.slo import Sli, SliKind, Slo

SLO = Slo("web", "shop", 0.99, Sli(SliKind.AVAILABILITY, "b[$window]", "t[$window]"))
AT, SEOUL = 1_756_861_500.0, ZoneInfo("Asia/Seoul")


def account(remaining, state="ok", reason=BudgetReason.WITHIN, **more):
    bad = None if remaining is None else (1 - remaining) * 100
    status = BudgetStatus(SLO, AT, BudgetState(state), reason, None, remaining, {}, None, bad, 10_000.0)
    return replace(Account(status, SLO.period_seconds, None, None, 20.0, 432.0), **more)


def absent(remaining):
    """It hangs, and what is counted is absent."""
    found = account(remaining, "burning", BudgetReason.HANG)
    return replace(found, status=replace(found.status, is_absent=True))


def judged(found, low=0.1):
    return verdict(Reading(SLO, found), low, SEOUL)


@pytest.mark.parametrize(
    ("burn_rate", "said"),
    [
        (0.0, ", if the errors of the last 1 h go on; in the last 5 min there were none"),
        (0.9, ", if the errors of the last 1 h go on; in the last 5 min they were within the limit"),
        (1.1, "KST)"),
        (None, "KST)"),
    ],
)
def test_errors_that_have_stopped_are_told_beside_when_the_budget_runs_out(burn_rate, said):
    found = account(0.2, forecast=Forecast(AT + 3180, 0.1, 3600.0, seasonal=False))
    found = replace(found, status=replace(found.status, burn_rate={300.0: burn_rate}))
    line = judged(found).line
    assert "; runs out in 53 min (" in line
    assert line.endswith(said)


def test_a_raw_ratio_without_a_failure_is_not_said_to_be_absent():
    raw = replace(SLO, sli=replace(SLO.sli, counts_events=False, is_raw=True))
    found = account(None, "no_data", BudgetReason.ABSENT)
    line = judged(replace(found, status=replace(found.status, slo=raw))).line
    assert line == "its raw ratio has no result, as until the first failure, or its series are absent"


@pytest.mark.parametrize(
    ("found", "outcome", "code", "said"),
    [
        (account(0.5), Outcome.OK, 0, "50% of the budget left; 50 bad of 10,000 events (100 allowed)"),
        (account(0.1), Outcome.OK, 0, "10% of the budget left"),
        (account(0.099), Outcome.LOW, 3, "9.9% of the budget left, below 10%"),
        (account(0.0, "spent"), Outcome.SPENT, 4, "nothing of the budget left"),
        (account(-0.5, "spent"), Outcome.SPENT, 4, "overspent by 50%; 150 bad of 10,000 events"),
        (account(0.5, "no_data", BudgetReason.ABSENT), Outcome.NO_DATA, 5,
         "the series are absent now (50% of the budget left before)"),
        (account(None), Outcome.NO_DATA, 5, "no events in the period"),
        (absent(0.5), Outcome.NO_DATA, 5,
         "requests in flight, none completing now (50% of the budget left before)"),
        (absent(-0.5), Outcome.SPENT, 4, "overspent by 50%"),
        (account(None, "burning", BudgetReason.HANG), Outcome.NO_DATA, 5, "in flight, none completing"),
        (account(None, "ok", BudgetReason.BEGUN), Outcome.OK, 0, "the period has just begun"),
        (account(0.5, "burning", BudgetReason.TIER), Outcome.OK, 0, "burning now"),
        (account(0.5, "burning", BudgetReason.HANG), Outcome.OK, 0, "requests in flight, none completing"),
    ],
)  # fmt: skip
def test_outcomes_each_have_a_code_and_a_line(found, outcome, code, said):
    one = judged(found)
    assert (one.outcome, one.outcome.exit_code) == (outcome, code)
    assert said in one.line


def test_line_tells_when_the_budget_runs_out_and_what_is_left_out(exclusion):
    out = Forecast(AT + 11_400, 0.05, 3600.0, seasonal=True)
    excluded = Excluded(exclusion, WindowCounts(SLO.period_seconds, 149.0, 10_000.0), 99.0, 99.0, AT)
    line = judged(account(0.5, forecast=out, excluded=excluded)).line
    assert "20 bad minutes (432 allowed); runs out in 3 h 10 min (2025-09-03 13:15 KST)" in line
    assert line.endswith("; 2 h excluded (move by Kim: agreed), with it overspent by 49%")


@pytest.fixture
def exclusion():
    start = datetime.fromtimestamp(AT - 9000, SEOUL).replace(tzinfo=None)
    one = Exclusion("move", start, SEOUL, 0, 7200.0, ("*",), ("*",), "Kim", "agreed")
    return occurrences([one], SLO, AT - SLO.period_seconds, AT)


def test_a_query_that_is_wrong_is_no_data_with_its_reason():
    one = verdict(Reading(SLO, None, "many-to-many"), 0.1, SEOUL)
    assert (one.outcome, one.line) == (Outcome.NO_DATA, "many-to-many")


@pytest.mark.parametrize(
    ("remaining", "outcome"),
    [
        ([0.5, 0.05], Outcome.LOW),
        ([0.05, None], Outcome.NO_DATA),
        ([None, -0.5, 0.05], Outcome.SPENT),
        ([0.5], Outcome.OK),
        ([], Outcome.NO_DATA),
    ],
)
def test_the_worst_decides(remaining, outcome):
    assert worst(judged(account(left)) for left in remaining) is outcome


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (account(0.5), "예산 50% 남음; 이벤트 10,000건 중 불량 50건 (100건까지 허용); 불량 20분"),
        (account(0.0, "spent"), "남은 예산 없음; "),
        (account(0.5, "no_data", BudgetReason.ABSENT), "지금 시계열이 없음 (그 전까지 예산 50% 남음)"),
        (account(None), "기간 안에 이벤트 없음"),
        (account(0.5, "burning", BudgetReason.HANG), "; 처리 중인 요청이 있으나 끝나는 것이 없음"),
        (account(0.5, forecast=Forecast(AT + 11_400, 0.05, 3600.0, seasonal=True)),
         "; 3시간 10분 뒤 (2025-09-03 13:15 KST) 소진"),
    ],
)  # fmt: skip
def test_lines_in_korean(found, said):
    assert said in verdict(Reading(SLO, found), 0.1, SEOUL, Language.KO).line


def test_both_languages_have_every_word_with_the_same_values():
    english, korean = (budget_texts._TEXTS[language] for language in (Language.EN, Language.KO))
    values = {word: set(re.findall(r"{(\w+)}", text)) for word, text in english.items()}
    assert values == {word: set(re.findall(r"{(\w+)}", text)) for word, text in korean.items()}
    assert set(budget_texts._REASONS_KO) == set(BudgetReason)
