from commerce_app.gameday.changes import changes, latest_outcomes
from commerce_app.gameday.record import Changes
from tests.commerce_app.gameday.days import DAY, FIRST, game_day, outcome


def test_each_drill_is_compared_with_what_was_last_known_of_it():
    earlier = [
        game_day(results=[outcome("a"), outcome("b", passed=False), outcome("c", passed=False)]),
        game_day(FIRST + DAY, results=[outcome("c", passed=True), outcome("d", passed=False)]),
    ]
    now = [
        outcome("a", passed=False),
        outcome("b"),
        outcome("c"),
        outcome("d", passed=False),
        outcome("e"),
    ]
    assert changes(now, earlier) == Changes(
        since=earlier[-1].name,
        newly_failing=("a",),
        mended=("b",),
        still_failing=("d",),
        first_time=("e",),
    )


def test_the_first_game_day_is_compared_with_nothing():
    assert changes([outcome("a", passed=False)], []) == Changes(first_time=("a",))


def test_the_latest_outcome_wins():
    days = [game_day(results=[outcome("a")]), game_day(FIRST + DAY, results=[outcome("a", passed=False)])]
    assert not latest_outcomes(days)["a"].passed
