import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.labels import Labels, Matcher, MatchOp, matches_all, stoppable

label_sets = st.dictionaries(st.text(min_size=1, max_size=3), st.text(max_size=3), max_size=4)


def test_order_does_not_matter_and_empty_values_do_not_exist():
    assert Labels({"b": "2", "a": "1", "c": ""}) == Labels([("a", "1"), ("b", "2")])
    assert hash(Labels({"b": "2", "a": "1"})) == hash(Labels({"a": "1", "b": "2"}))


def test_absent_labels_are_empty():
    labels = Labels({"a": "1"})
    assert labels.get("b") == ""
    with pytest.raises(KeyError):
        labels["b"]


@settings(deadline=None, derandomize=True)
@given(label_sets, st.sets(st.text(min_size=1, max_size=3)))
def test_without_and_only_split_a_label_set(pairs, names):
    labels = Labels(pairs)
    kept, left = labels.only(*names), labels.without(*names)
    assert dict(kept) | dict(left) == dict(labels)
    assert set(kept) <= names
    assert not set(left) & names
    assert kept == Labels(dict(kept))


@settings(deadline=None, derandomize=True)
@given(label_sets, label_sets)
def test_merged_lays_one_over_the_other(under, over):
    merged = {**under, **over}
    assert dict(Labels(under).merged(over)) == {name: value for name, value in merged.items() if value}


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        ({}, "{}"),
        ({"__name__": "up"}, "up"),
        ({"__name__": "up", "b": "2", "a": 'x"\\\n'}, 'up{a="x\\"\\\\\\n",b="2"}'),
        ({"a": "1"}, '{a="1"}'),
        ({"__name__": "a:b", "c:d": "1"}, 'a:b{"c:d"="1"}'),
        ({"__name__": "my.metric"}, '{"my.metric"}'),
        ({"__name__": 'my "m"', "a.b": "c"}, '{"my \\"m\\"","a.b"="c"}'),
    ],
)
def test_spelling(pairs, text):
    assert str(Labels(pairs)) == text


@pytest.mark.parametrize(
    ("op", "pattern", "value", "matches"),
    [
        (MatchOp.EQUAL, "a", "a", True),
        (MatchOp.EQUAL, "", "", True),
        (MatchOp.NOT_EQUAL, "a", "", True),
        (MatchOp.REGEX, "a", "ab", False),
        (MatchOp.REGEX, "a.b", "a\nb", True),
        (MatchOp.REGEX, "a|b", "b", True),
        (MatchOp.REGEX, "(?i)PRO.*", "prod", True),
        (MatchOp.NOT_REGEX, ".+", "", True),
        (MatchOp.NOT_REGEX, ".*", "x", False),
    ],
)
def test_matcher(op, pattern, value, matches):
    matcher = Matcher("l", op, pattern)
    assert matcher.matches(value) is matches
    assert matches_all([matcher], Labels({"l": value})) is matches


def test_a_search_that_tries_a_regex_can_be_stopped():
    def stop():
        raise TimeoutError

    plain, regex = stoppable([Matcher("a", MatchOp.EQUAL, "x"), Matcher("a", MatchOp.REGEX, "x")], stop)
    assert plain.matches("x")
    with pytest.raises(TimeoutError):
        regex.matches("x")
    assert regex == Matcher("a", MatchOp.REGEX, "x")
