import pytest

from commerce_app.gameday.decision import DOWN, OVERLAPPED, Due, Over, Wait, decide, missed
from tests.commerce_app.gameday.days import DAY, FIRST, HOUR, daily, game_day, killed_day

BEFORE = FIRST - HOUR
BY_HAND = game_day(FIRST + 10, FIRST + 200, scheduled_for=None, trigger="once")
LONG_BY_HAND = game_day(FIRST + 10, FIRST + 600, scheduled_for=None, trigger="once")


def decided(at, days=(), since=BEFORE, extra="", *, catch_up=False):
    return decide(daily(extra), days, since, at, catch_up=catch_up)


@pytest.mark.parametrize(
    ("at", "days", "catch_up", "decision"),
    [
        (FIRST - 1, (), False, Wait(FIRST)),
        (FIRST, (), False, Due(FIRST, "schedule")),
        (FIRST + 300, (), False, Due(FIRST, "schedule")),
        (FIRST + 301, (), False, Wait(FIRST + DAY)),
        (FIRST + 301, (), True, Due(FIRST, "catch_up")),
        (FIRST + 2 * DAY + HOUR, (), True, Due(FIRST + 2 * DAY, "catch_up")),
        (FIRST + 700, (game_day(),), True, Wait(FIRST + DAY)),
        (FIRST + DAY, (game_day(),), False, Due(FIRST + DAY, "schedule")),
        (FIRST + DAY + 10, (game_day(ended_at=FIRST + DAY + 5),), True, Wait(FIRST + 2 * DAY)),
        (FIRST + 240, (BY_HAND,), False, Due(FIRST, "schedule")),
        (FIRST + 610, (LONG_BY_HAND,), False, Wait(FIRST + DAY)),
        (FIRST + 610, (LONG_BY_HAND,), True, Due(FIRST, "catch_up")),
        (FIRST + DAY + 10, (killed_day(saved_at=FIRST + 60),), False, Due(FIRST + DAY, "schedule")),
    ],
    ids=[
        "early=>waits",
        "time comes=>due",
        "a little late=>due",
        "too late=>waits for the next",
        "too late=>made up for if wanted",
        "several missed=>the latest is made up for",
        "held=>waits",
        "the next day=>due",
        "came while another was held=>never made up for",
        "one by hand began just after=>due",
        "one by hand took too long=>waits",
        "one by hand took too long=>made up for if wanted",
        "the one before was killed=>due",
    ],
)
def test_a_decision(at, days, catch_up, decision):
    assert decided(at, days, catch_up=catch_up) == decision


def test_when_there_are_no_more_it_is_over():
    assert decided(FIRST + HOUR, (game_day(),), extra=";COUNT=1") == Over()


def test_what_was_before_the_schedule_is_not_missed():
    assert decided(FIRST + HOUR, since=FIRST + 1, catch_up=True) == Wait(FIRST + DAY)


def told(at, days=(), held=None, since=BEFORE):
    return [(each.at.timestamp(), each.reason) for each in missed(daily(), days, since, at, held)]


def test_nothing_is_missed_that_is_held_in_time():
    assert told(FIRST, held=FIRST) == []
    assert told(FIRST + DAY, (game_day(),), held=FIRST + DAY) == []


def test_what_came_while_nobody_looked_is_missed():
    at = FIRST + 2 * DAY
    assert told(at, held=at) == [(FIRST, DOWN), (FIRST + DAY, DOWN)]


def test_what_came_while_another_was_held_is_missed_for_that():
    long = game_day(ended_at=FIRST + DAY + HOUR)
    assert told(FIRST + 2 * DAY, (long,), held=FIRST + 2 * DAY) == [(FIRST + DAY, OVERLAPPED)]


def test_what_one_report_told_the_next_does_not_tell_again():
    late = game_day(FIRST + DAY + HOUR, scheduled_for=None)
    assert told(FIRST + 2 * DAY, (late,), held=FIRST + 2 * DAY) == []


def test_one_by_hand_does_not_tell_what_can_still_be_held():
    assert told(FIRST + 10) == []
    assert told(FIRST + 240, (BY_HAND,), held=FIRST) == []


def test_what_one_by_hand_kept_from_being_held_is_missed_for_that():
    assert told(FIRST + DAY, (LONG_BY_HAND,), held=FIRST + DAY) == [(FIRST, OVERLAPPED)]


def test_a_game_day_that_says_it_ends_later_than_now_hides_nothing():
    ahead = game_day(FIRST - DAY, ended_at=FIRST + 1000 * DAY, scheduled_for=None)
    assert decided(FIRST, (ahead,), since=FIRST - 2 * DAY) == Due(FIRST, "schedule")
