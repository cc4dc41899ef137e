import pytest

from commerce_app.database.replay import MARKS_LIMIT, Mark, Replay, observe


def after(*looks):
    """Each look: (time of the mark, the log's length or None, what is replayed or None)."""
    replay = Replay()
    for at, lsn, replayed in looks:
        replay = observe(replay, None if lsn is None else Mark(at, lsn), replayed)
    return replay


def test_it_holds_what_was_written_before_the_newest_mark_that_it_replayed():
    assert after((1, 100, 100), (2, 200, 200), (3, 300, 250)).complete_to == 2


@pytest.mark.parametrize(
    ("looks", "behind_seconds"),
    [
        ((), 0),
        (((1, 100, 100), (9, 100, 100)), 0),
        (((1, 100, 100), (9, 200, 150), (10, 300, 150)), 8),
        # It was far behind already when we began to look.
        (((1, 100, 50), (9, 200, 50), (10, 300, 50)), 8),
        # Nothing is written while the primary is down.
        (((1, 100, 100), (2, 200, 100), (9, None, 100)), 1),
        (((1, 100, 100), (9, 200, 100), (10, None, 200)), 0),
        # No marks for 14.7 s, as the primary did not answer or this process stood still.
        (((1, 100, 100), (15.7, 200, 199)), 0),
        (((1, 100, 100), (15.7, 200, 199), (16.2, 300, 299)), 0),
        (((1, 100, 100), (8, None, 100), (15.7, 200, 199)), 0),
        (((1, 100, 100), (15.7, 200, 100), (16.2, 300, 199)), 14.7),
    ],
)
def test_how_far_it_is_behind(looks, behind_seconds):
    assert after(*looks).behind_seconds == pytest.approx(behind_seconds)


def test_a_gap_in_the_marks_is_no_lag_but_what_was_written_in_it_may_be_lacking():
    replay = after((1, 100, 100), (15.7, 200, 199))
    assert (replay.behind_seconds, replay.complete_to) == (0, 1)


def test_a_replica_that_does_not_answer_is_unreachable_and_what_it_held_is_remembered():
    replay = after((1, 100, 100), (2, 200, None))
    assert (replay.reachable, replay.complete_to) == (False, 1)
    assert after((1, 100, 100), (2, 200, None), (3, 200, 200)) == Replay(True, 3, (), 1)


@pytest.mark.parametrize("header_bytes", [24, 40])
def test_an_idle_log_may_end_behind_the_next_pages_header(header_bytes):
    assert after((1, 8192 * 7 + header_bytes, 8192 * 7)).complete_to == 1
    assert after((1, 8192 * 7 + header_bytes, 8192 * 7 - 1)).complete_to == float("-inf")


def test_a_primary_whose_log_is_shorter_is_another_one_and_marks_begin_anew():
    replay = after((1, 900, 900), (2, 1_000, 900), (3, 50, 60))
    assert (replay.complete_to, replay.marks) == (3, ())
    assert after((1, 900, 900), (2, 1_000, 900), (3, 50, 40)).complete_to == 1


def test_a_paused_replica_costs_a_bounded_number_of_marks():
    replay = after((0, 99, 99), *((at, 100, 99) for at in range(1, MARKS_LIMIT + 99)))
    assert len(replay.marks) == MARKS_LIMIT
    assert replay.behind_seconds == MARKS_LIMIT + 97
