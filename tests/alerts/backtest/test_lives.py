import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.backtest.lives import Life, lives
from collector.labels import Labels
from collector.rules.state import Hold, Observed, Reason, advance


def step_by_step(times, holds, hold):
    """The same by the state machine that runs live."""
    found, alert, life = [], None, None
    for at, answers in zip(times, holds, strict=True):
        alert, reason = advance(alert, Labels(), Observed(1.0) if answers else None, hold, at)
        match reason:
            case Reason.APPEARED:
                life = Life(at)
            case Reason.APPEARED_AND_HELD:
                life = Life(at, at)
            case Reason.HELD:
                life = Life(life.pending_at, at)
            case Reason.GONE | Reason.RESOLVED:
                found.append(Life(life.pending_at, life.firing_at, at))
                life = None
    return found if life is None else [*found, life]


@given(
    st.lists(st.booleans(), max_size=40),
    st.sampled_from([0.0, 10.0, 25.0, 60.0]),
    st.sampled_from([0.0, 10.0, 25.0, 60.0]),
)
def test_whole_histories_give_the_lives_that_steps_give(holds, for_seconds, keep_seconds):
    times, hold = np.arange(len(holds)) * 10.0, Hold(for_seconds, keep_seconds)
    assert lives(times, np.array(holds, bool), hold) == step_by_step(times.tolist(), holds, hold)


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        ("....", []),
        (".##.", [Life(10.0, 20.0, 30.0)]),
        ("#.##", [Life(0.0, None, 10.0), Life(20.0, 30.0, None)]),
    ],
)
def test_an_alert_fires_once_it_held_for_its_time(holds, expected):
    times = np.arange(len(holds)) * 10.0
    assert lives(times, np.array([sign == "#" for sign in holds]), Hold(10.0)) == expected
