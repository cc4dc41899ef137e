import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import index as index_module
from collector.index import SeriesIndex
from collector.labels import Labels, Matcher, MatchOp, matches_all

SERIES = [
    {"__name__": "up", "job": "shop"},
    {"__name__": "up", "job": "stack", "zone": "a"},
    {"__name__": "errors_total", "job": "shop", "code": "500"},
    {"__name__": "errors_total", "job": "shop", "code": "404"},
]


@pytest.fixture
def index():
    index = SeriesIndex()
    for labels in SERIES:
        index.add(Labels(labels))
    return index


@pytest.mark.parametrize(
    ("name", "op", "value", "expected"),
    [
        ("job", "=", "shop", [0, 2, 3]),
        ("job", "!=", "shop", [1]),
        ("code", "=~", "4..|5..", [2, 3]),
        ("code", "!~", "5..", [0, 1, 3]),
        ("code", "=", "", [0, 1]),
        ("code", "!=", "", [2, 3]),
        ("code", "=~", ".*", [0, 1, 2, 3]),
        ("code", "=~", ".+", [2, 3]),
        ("nothing", "=", "x", []),
        ("nothing", "!=", "x", [0, 1, 2, 3]),
    ],
)
def test_a_matcher_selects_as_prometheus_does(index, name, op, value, expected):
    assert index.match([Matcher(name, MatchOp(op), value)]).tolist() == expected


def test_all_matchers_must_hold(index):
    matchers = [Matcher("job", MatchOp.EQUAL, "shop"), Matcher("code", MatchOp.NOT_EQUAL, "404")]
    assert index.match(matchers).tolist() == [0, 2]


def test_a_selection_grows_with_the_series(index):
    matcher = Matcher("job", MatchOp.EQUAL, "shop")
    assert index.match([matcher]).tolist() == [0, 2, 3]
    index.add(Labels({"__name__": "up", "job": "shop", "zone": "b"}))
    assert index.match([matcher]).tolist() == [0, 2, 3, 4]


def test_names_and_values_are_sorted(index):
    assert index.names() == ["__name__", "code", "job", "zone"]
    assert index.values("code") == ["404", "500"]


_LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "x", "y", "xy"]), max_size=3)
_MATCHERS = st.builds(
    Matcher,
    st.sampled_from("abc"),
    st.sampled_from(list(MatchOp)),
    st.sampled_from(["", "x", "x.*", ".+", "x|y", "(x|)", "x+", "xy?", "x.+", ".*y", "x.*y", ".*y.*"]),
)


@given(st.lists(_LABELS, max_size=8), st.lists(_MATCHERS, min_size=1, max_size=3))
def test_the_index_agrees_with_testing_every_series(all_labels, matchers):
    index = SeriesIndex()
    series = [Labels(labels) for labels in all_labels]
    for labels in series:
        index.add(labels)
    expected = [number for number, labels in enumerate(series) if matches_all(matchers, labels)]
    assert index.match(matchers).tolist() == expected


def test_numbers_that_were_skipped_are_no_series(index):
    assert index.add_at(9, Labels({"__name__": "late"})) == 9
    assert (index.known, len(index)) == (5, 10)
    assert index.match([Matcher("__name__", MatchOp.EQUAL, "late")]).tolist() == [9]


def test_remembered_selections_hold_few_ids_in_all(index, monkeypatch):
    monkeypatch.setattr(index_module, "_CACHED_IDS", 10)
    for number in range(100):
        index.match([Matcher("nothing", MatchOp.NOT_EQUAL, str(number))])
        assert sum(len(ids) for _, ids in index._selections.values()) <= 10 + len(index)
