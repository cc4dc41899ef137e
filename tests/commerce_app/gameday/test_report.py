from commerce_app.gameday.record import Changes, Missed
from commerce_app.gameday.report import report_markdown, summary
from tests.commerce_app.gameday.days import FIRST, SEOUL, game_day, killed_day, moment, outcome

FAILED = outcome("replica-lag", passed=False)
BROKEN = outcome("redis-gone").model_copy(
    update={"passed": False, "acts": {}, "error": "PostgreSQL did not\ncome up | port"}
)


def told(day):
    return report_markdown(day.model_copy(update={"summary": summary(day)}), SEOUL)


def test_the_summary_counts_and_says_what_changed():
    day = game_day(
        drills=("redis-slow", "replica-lag"),
        results=[outcome("redis-slow"), FAILED],
        changes=Changes(since="x", newly_failing=("replica-lag",), mended=("redis-slow",)),
        missed=[Missed(at=moment(FIRST), reason="down")],
    )
    said = "1 passed, 1 failed; newly failing: replica-lag; mended: redis-slow; 1 missed before"
    assert summary(day) == said


def test_a_row_for_each_drill():
    lines = told(game_day(drills=("redis-slow", "replica-lag"), results=[outcome("redis-slow"), FAILED]))
    assert (
        "| ✓ redis-slow | ✓ lost as foretold: order-latency | ✓ every SLO held: order-latency | ✓ kept |"
        " cause of red" in lines
    )
    assert "| ✗ replica-lag | ✓ lost as foretold: order-latency | ✗ not held | ✓ kept |" in lines
    assert (
        "- replica-lag, protected: order-latency: expected kept: at most 1.00% bad, measured 2.70% ba"
        in lines
    )


def test_what_could_not_be_lived_through_says_why_on_one_line():
    lines = told(game_day(drills=("redis-gone",), results=[BROKEN])).splitlines()
    assert "| ✗ redis-gone | ✗ could not be lived through | – | – | cause of redis-gone |" in lines
    assert "- redis-gone: PostgreSQL did not come up \\| port" in lines


def test_times_are_in_the_zone_of_the_schedule():
    assert told(game_day()).startswith("# Game day 2026-12-01 02:00:00 KST\n")


def test_an_unfinished_one_says_so_first():
    day = killed_day(drills=("a", "b"), results=[outcome("a")], scheduled_for=None, trigger="once")
    unfinished = day.model_copy(update={"state": "unfinished", "why": "it was killed"})
    lines = told(unfinished).splitlines()
    assert lines[2] == "**unfinished: 1 passed, 0 failed; 1 not run**"
    assert "- State: **unfinished**: it was killed; last sign of life 2026-12-01 02:10:00 KST" in lines
    assert "- Held: asked for by hand" in lines
    assert "| – b | not run | not run | not run |  |" in lines


def test_missed_and_unfinished_ones_before_are_told():
    day = game_day(missed=[Missed(at=moment(FIRST), reason="nobody ran")], left_unfinished=["before"])
    lines = told(day).splitlines()
    assert "- Missed: 2026-12-01 02:00:00 KST: nobody ran" in lines
    assert "- Found unfinished: [before](../before/report.md)" in lines
