import math

import pytest

from postmortem.causes.likelihood import _said, weigh
from postmortem.causes.ranking import rank


@pytest.mark.parametrize(
    ("strength", "p", "said"),
    [
        (1.0, 0.96, math.log(1.92)),
        (0.0, 0.96, math.log(0.08)),
        (0.5, 0.96, 0.0),
        (1.0, 0.08, math.log(0.16)),
        (0.0, 0.08, 0.0),
        (1.0, 0.5, 0.0),
        (0.0, 0.5, 0.0),
    ],
)
def test_what_a_move_says(strength, p, said):
    assert _said(strength, p) == pytest.approx(said)


def test_another_part_speaks_once_however_many_signals_it_has(recording):
    moved = {"reader_time": 0.5, "reader_queue": 30.0, "reader_cpu": 1.0}
    one, three = (
        {c.id: c.score for c in rank(recording({"store_time": 0.5, **moves})).causes}["cache.slow"]
        for moves in ({"reader_errors": 5.0}, {"reader_errors": 5.0, **moved})
    )
    assert one == pytest.approx(three, abs=0.1)


def test_nothing_seen_says_nothing():
    assert weigh("store", {}) == 0.0
