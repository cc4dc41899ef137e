from collector.labels import Labels, Matcher, MatchOp
from collector.ruletest.store import RuleTestStore
from collector.series import STALE_NAN, Sample, is_stale
from collector.series_notation import parse_values

A = Labels({"__name__": "a"})


def store(values, interval_seconds=60.0):
    return RuleTestStore({A: parse_values(values)}, interval_seconds)


def samples(given):
    (group,) = given.samples.select([Matcher("__name__", MatchOp.EQUAL, "a")], 0, 10**9)
    return dict(zip((group.times / 1000).tolist(), group.values[0].tolist(), strict=True))


def test_samples_show_when_their_time_has_come():
    given = store("1 _ 3 4")
    given.load_until(120.0)
    assert samples(given) == {0.0: 1.0, 120.0: 3.0}
    given.load_until(1000.0)
    assert samples(given) == {0.0: 1.0, 120.0: 3.0, 180.0: 4.0}


def test_a_series_without_end_is_read_as_far_as_it_is_asked():
    given = store("0+1x999999999999")
    given.load_until(60.0)
    assert samples(given) == {0.0: 0.0, 60.0: 1.0}


def test_a_second_value_at_one_time_is_refused():
    given = store("1")
    given.load_until(0.0)
    given.append("rules", 0.0, [Sample(A, 0.0, 2.0)])
    assert given.refused == {"a": "duplicate sample for timestamp"}
    assert samples(given) == {0.0: 1.0}


def test_the_same_value_again_is_not_refused():
    given = store("NaN")
    given.load_until(0.0)
    given.append("rules", 0.0, [Sample(A, 0.0, float("nan"))])
    assert given.refused == {}


def test_a_sample_before_the_newest_is_refused():
    given = store("1 2")
    given.load_until(60.0)
    given.append("rules", 30.0, [Sample(A, 30.0, 2.0)])
    assert given.refused == {"a": "out of order sample"}


def test_the_end_of_a_series_gives_way_to_a_sample():
    given = store("1")
    given.load_until(0.0)
    given.append("rules", 0.0, [Sample(A, 0.0, STALE_NAN)])
    assert given.refused == {}
    assert samples(given) == {0.0: 1.0}


def test_the_end_of_a_series_is_kept_where_there_is_no_sample():
    given = store("1")
    given.load_until(0.0)
    given.append("rules", 60.0, [Sample(A, 60.0, STALE_NAN)])
    (group,) = given.samples.select([Matcher("__name__", MatchOp.EQUAL, "a")], 0, 10**9)
    assert is_stale(group.values[0]).tolist() == [False, True]
