from commerce_app.cache.hot_keys import HotKeys


def touched(*reads):
    hot = HotKeys(window_seconds=10, threshold=3)
    for key, at in reads:
        hot.touch(key, at)
    return hot


def test_a_key_is_hot_from_its_threshold_on():
    assert touched(("a", 0), ("a", 1)).hot(9, at=2) == []
    assert touched(("a", 0), ("a", 1), ("a", 2)).hot(9, at=2) == ["a"]


def test_the_previous_window_counts_too():
    assert touched(("a", 8), ("a", 9), ("a", 11)).hot(9, at=12) == ["a"]


def test_older_windows_are_forgotten_even_when_nobody_reads():
    assert touched(("a", 0), ("a", 1), ("a", 2)).hot(9, at=25) == []


def test_the_hottest_come_first_and_no_more_than_wanted():
    reads = [(key, at) for at, key in enumerate("abcabcabbb")]
    assert touched(*reads).hot(2, at=9) == ["b", "a"]
    assert touched(("a", 0), ("b", 1), ("b", 12)).hottest(2) == ["b", "a"]
