import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_app.database.replay import Mark, Replay
from commerce_app.database.routing import CLOCK_SKEW_SECONDS, ROUTES, Reason, Route, Target, choose

FRESH = Replay(complete_to=100)
BEHIND = Replay(complete_to=100, marks=(Mark(106, 7),))
GONE = Replay(reachable=False, complete_to=100)


def route(replay, wrote_at=None, *, room=True):
    return choose(replay, wrote_at, lag_limit_seconds=5, primary_has_room=room)


@pytest.mark.parametrize(
    ("replay", "wrote_at", "room", "expected"),
    [
        (FRESH, None, True, ("replica", "fresh")),
        (FRESH, 99, True, ("replica", "fresh")),
        (FRESH, 101, True, ("primary", "own_write")),
        (FRESH, 101, False, ("none", "own_write")),
        (Replay(), None, True, ("replica", "fresh")),
        (Replay(), 99, True, ("primary", "own_write")),
        (BEHIND, None, True, ("primary", "lag")),
        (BEHIND, None, False, ("replica", "lag")),
        (BEHIND, 99, True, ("primary", "lag")),
        (BEHIND, 101, False, ("none", "own_write")),
        (GONE, None, True, ("primary", "unreachable")),
        (GONE, 99, False, ("none", "unreachable")),
    ],
)
def test_where_a_read_goes_and_why(replay, wrote_at, room, expected):
    assert route(replay, wrote_at, room=room) == Route(*map(str, expected))


def test_clocks_may_differ():
    assert route(FRESH, 100 - CLOCK_SKEW_SECONDS / 2).reason == Reason.OWN_WRITE


times = st.floats(0, 200)


@given(
    replay=st.builds(
        Replay, st.booleans(), times, st.lists(st.builds(Mark, times, st.just(1)), max_size=1).map(tuple)
    ),
    wrote_at=st.none() | times,
    room=st.booleans(),
)
def test_nobody_misses_what_he_wrote_and_a_full_primary_gets_no_more(replay, wrote_at, room):
    chosen = route(replay, wrote_at, room=room)
    assert chosen in ROUTES
    if chosen.target == Target.REPLICA:
        assert replay.reachable
        assert wrote_at is None or wrote_at < replay.complete_to
    if chosen.target == Target.PRIMARY:
        assert room
