import numpy as np

from collector.store.holders import POINTS, Holders


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def test_only_the_streams_that_hold_a_series_are_named():
    holders = Holders()
    for stream, series in (("a", ids(1, 2)), ("b", ids(3)), (POINTS, ids(4))):
        holders.add(stream, series)
    assert holders.streams_of(ids(1, 3)) == ["a", "b"]
    assert holders.streams_of(ids(4)) == [POINTS]
    assert holders.streams_of(ids(5, 5_000_000)) == []  # nobody has them yet


def test_of_a_series_with_several_holders_nothing_is_known():
    holders = Holders()
    holders.add("a", ids(1, 2))
    holders.add("b", ids(2))
    assert holders.streams_of(ids(1)) == ["a"]
    assert holders.streams_of(ids(1, 2)) is None
