"""What a report says of how the impact's two ends were found."""

from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.compose.write import write_document
from postmortem.report import conclude
from tests.postmortem.compose.test_write import as_read
from tests.postmortem.impact.test_span import HUNG
from tests.postmortem.outages import evidence_of, levels, objective, signal

OUTAGE = levels(0.002, (1500, 0.4), (2400, 0.002))
WELL = levels(0.002)


def told(*recorded, language=Language.EN, **changes):
    """The report on them, as it is read."""
    report = conclude(evidence_of(*recorded, alarm=1530.0, **changes))
    return as_read(write_document(report, language, ZoneInfo("UTC")))


def row(text, what):
    return next(line for line in text.splitlines() if line.startswith(f"| {what} |"))


def test_objectives_define_both_ends():
    text = told((objective(), OUTAGE))
    assert "00:25:00" in row(text, "Impact start")
    assert "over its error budget; here Failure ratio of the ‘orders’ objective" in row(text, "Impact start")
    assert "00:40:00" in row(text, "Impact end")
    assert "every objective is kept for 5 min" in row(text, "Impact end")


def test_both_ends_are_rows_of_the_timeline():
    text = told((objective(), OUTAGE))
    assert "00:25:00 (T+0s): impact starts (Failure ratio of the ‘orders’ objective)" in text
    assert "00:40:00 (T+15m00s): impact ends (Failure ratio of the ‘orders’ objective)" in text


def test_the_quiet_time_is_said_as_asked():
    text = told((objective(), OUTAGE), quiet_asked_seconds=600.0)
    assert "every objective is kept for 10 min" in row(text, "Impact end")


def test_what_users_feel_stands_in_for_objectives_that_were_kept():
    text = told((objective(), WELL), (signal(), levels(0.1, (1500, 0.9), (2400, 0.1))))
    assert "No objective was missed near the alarm" in row(text, "Impact start")
    assert "all that users feel is back for 5 min" in row(text, "Impact end")


def test_the_alert_stands_in_for_what_nobody_felt():
    text = told((objective(), WELL), closed=2400.0)
    assert "the start of the first alert stands in" in row(text, "Impact start")
    assert "When the incident was closed" in row(text, "Impact end")


@pytest.mark.parametrize(
    ("language", "label", "said"),
    [
        (
            Language.EN,
            "Impact start",
            "no samples of Failure ratio of the ‘orders’ objective; the start of the",
        ),
        (
            Language.KO,
            "영향 시작",
            "경보 무렵 ‘orders’ 목표의 실패 비율의 샘플이 없어 첫 경보가 시작된 시각으로",
        ),
    ],
)
def test_that_an_objective_had_no_samples_is_said(language, label, said):
    text = told((objective(), HUNG), closed=2500.0, language=language)
    assert said in row(text, label)
    assert {Language.EN: "when the impact began is not known", Language.KO: "언제 시작되었는지 알 수 없다"}[
        language
    ] in text


def test_what_stands_in_for_an_objective_without_samples_is_named():
    slow = levels(0.1, (1500, 0.9), (2400, 0.1))
    text = told((objective(), HUNG), (signal(), slow), closed=2500.0)
    assert "no samples of Failure ratio of the ‘orders’ objective; the moment" in row(text, "Impact start")
    assert "here p95" in row(text, "Impact start")


def test_what_was_missed_before_the_record_is_said_to_be_earlier():
    text = told((objective(), levels(0.2, (2400, 0.002))))
    assert "00:00:00 or earlier" in row(text, "Impact start")
    assert "Missed from the record's first sample on" in row(text, "Impact start")
    assert "at least 40 min" in row(text, "Impact lasted")
    assert "at least 25 min 30 s" in row(text, "Time to detect")
    assert "the impact began earlier than the record shows" in text
    assert "impact starts (" not in text


def test_an_objective_that_was_missed_before_is_named_with_its_level():
    text = told((objective(target=0.999), levels(0.005, (1500, 0.4), (2400, 0.005), noise=0.0)))
    assert "‘orders’ objective was at 0.5% before the incident already" in text
    assert "beyond its objective (99.9%)" in text
    assert "00:40:00" in row(text, "Impact end")


def test_an_objective_that_rests_beyond_its_bound_is_named_with_its_level():
    text = told((objective(), levels(0.02, (1500, 0.4), (2400, 0.04), noise=0.0)))
    assert "came to rest at 4%, still beyond its objective (99%)" in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            Language.EN,
            "Objectives were missed again after this end (1): Failure ratio of the ‘orders’ objective ",
        ),
        (Language.KO, "이 종료 뒤에 목표를 다시 어긴 일이 1번 있었다: ‘orders’ 목표의 실패 비율 "),
    ],
)
def test_a_later_miss_is_told(language, said):
    relapse = levels(0.002, (1500, 0.4), (2400, 0.002), (3000, 0.05), (3090, 0.002))
    text = told((objective(), relapse), language=language)
    assert said in text
    assert "00:51:30" in text[text.index(said) :].splitlines()[0]


def test_turning_points_apart_are_no_part_of_what_was_hurt():
    blip = levels(0.002, (600, 0.3), (705, 0.002), seed=3)
    text = told((objective(), OUTAGE), (objective("reads", "blog"), blip))
    line = next(line for line in text.splitlines() if "Turned in this window as well" in line)
    assert "reads" in line
    assert "orders" not in line


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "Still missed at the end of the record: Failure ratio of the ‘orders’ objective"),
        (Language.KO, "기록이 끝날 때까지 어긴 목표: ‘orders’ 목표의 실패 비율"),
    ],
)
def test_what_is_missed_still_is_named(language, said):
    other = levels(0.002, (1500, 0.3), (2400, 0.002), seed=2)
    text = told((objective(), levels(0.002, (1500, 0.4))), (objective("pays"), other), language=language)
    assert "pays" not in next(line for line in text.splitlines() if said in line)


def test_an_end_that_is_too_near_to_tell_is_said_to_be():
    text = told((objective(), levels(0.002, (1500, 0.4), (3540, 0.002))))
    assert "Every objective is kept since 00:59:00, which is less than 5 min" in text


def test_what_users_feel_still_is_named():
    text = told((objective(), WELL), (signal(), levels(0.1, (1500, 0.9))))
    assert "Not back at the end of the record: p95" in text
