import numpy as np
import pytest

from collector.remotewrite.order import Ages, Refused, judge
from collector.store.batches import Points
from collector.store.state import BEFORE_ALL

ALL = Ages(oldest_ms=-(2**53), latest_ms=2**53)


class Held:
    """Newest samples by series: (time, value)."""

    def __init__(self, **newest):
        self._newest = {int(name[1:]): sample for name, sample in newest.items()}

    def newest_ms(self, series):
        return np.array([self._newest.get(n, (BEFORE_ALL, 0))[0] for n in series.tolist()], np.int64)

    def values_at(self, series, times_ms):
        return np.array([self._newest.get(n, (0, np.nan))[1] for n in series.tolist()], np.float64)


def points(*samples):
    series, times, values = zip(*samples, strict=True)
    return Points(np.array(series), np.array(times), np.array(values, np.float64))


def kept(judged):
    held = judged.points
    return list(zip(held.series.tolist(), held.times.tolist(), held.values.tolist(), strict=True))


def test_whole_histories_one_after_another_are_kept():
    given = [(series, at, 1.0) for series in (2, 1, 3) for at in range(0, 1000, 10)]
    judged = judge(points(*given), Held(), ALL)
    assert sorted(given) == kept(judged)
    assert not judged.refused


@pytest.mark.parametrize(
    ("samples", "held", "window_ms", "expected", "refused"),
    [
        ([(1, 9, 1)], {"s1": (10, 5)}, 0, [], {Refused.OUT_OF_ORDER: 1}),
        ([(1, 10, 5)], {"s1": (10, 5)}, 0, [], {}),
        ([(1, 10, 6)], {"s1": (10, 5)}, 0, [], {Refused.DUPLICATE: 1}),
        ([(1, 11, 6)], {"s1": (10, 5)}, 0, [(1, 11, 6)], {}),
        ([(1, 9, 1), (2, 9, 1)], {"s1": (10, 5)}, 0, [(2, 9, 1)], {Refused.OUT_OF_ORDER: 1}),
        ([(1, 6, 1)], {"s1": (10, 5)}, 5, [(1, 6, 1)], {}),
        ([(1, 5, 1), (1, 4, 1)], {"s1": (10, 5)}, 5, [], {Refused.TOO_OLD: 2}),
        ([(1, 20, 1), (1, 15, 1), (1, 21, 1)], {}, 0, [(1, 20, 1), (1, 21, 1)], {Refused.OUT_OF_ORDER: 1}),
        ([(1, 20, 1), (1, 20, 1), (1, 21, 1)], {}, 0, [(1, 20, 1), (1, 21, 1)], {}),
        ([(1, 20, 1), (1, 20, 2)], {}, 0, [(1, 20, 1)], {Refused.DUPLICATE: 1}),
        ([(1, 20, 1), (2, 20, 1), (1, 20, 1)], {}, 0, [(1, 20, 1), (2, 20, 1)], {}),
    ],
)
def test_the_order_within_a_series(samples, held, window_ms, expected, refused):
    judged = judge(points(*samples), Held(**held), Ages(ALL.oldest_ms, ALL.latest_ms, window_ms))
    assert (kept(judged), dict(judged.refused)) == (expected, refused)


def test_a_staleness_marker_again_is_the_same():
    stale = np.array([0x7FF0000000000002], np.uint64).view(np.float64)[0]
    judged = judge(points((1, 10, stale), (1, 11, stale)), Held(s1=(10, stale)), ALL)
    assert (judged.points.times.tolist(), dict(judged.refused)) == ([11], {})


def test_what_is_too_old_or_too_new_is_refused_and_holds_nothing_up():
    judged = judge(points((1, 500, 1), (1, -5, 1), (1, 20, 1)), Held(), Ages(0, 100))
    assert (kept(judged), dict(judged.refused)) == ([(1, 20, 1)], {Refused.TOO_NEW: 1, Refused.TOO_OLD: 1})


def test_nothing_is_nothing():
    none = Points(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    assert not judge(none, Held(), ALL).refused
