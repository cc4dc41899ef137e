import pytest

from collector.errors import QueryError

LOAD = """
load 1m
  up{job="shop",instance="a"} 1 1 1
  up{job="shop",instance="b"} 1 1 1
  target_info{job="shop",instance="a",team="core",zone="x"} 1 stale
  target_info{job="shop",instance="a",team="core",zone="y"} _ 1 1
  build_info{job="shop",instance="b",version="2"} 1 1 1
"""


@pytest.fixture
def querier(loaded):
    return loaded(LOAD, experimental=True)


def names(querier, query, at=0):
    return sorted(str(s.labels) for s in querier.instant(query, at))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("info(up)", ['up{instance="a",job="shop",team="core",zone="x"}', 'up{instance="b",job="shop"}']),
        ("info(up, {team=~'.+'})", ['up{instance="a",job="shop",team="core"}']),
        (
            "info(up, {__name__='target_info', version=~'.*'})",
            ['up{instance="a",job="shop"}', 'up{instance="b",job="shop"}'],
        ),
        (
            "info(up, {__name__='build_info'})",
            ['up{instance="a",job="shop"}', 'up{instance="b",job="shop",version="2"}'],
        ),
        ("info(build_info)", ['build_info{instance="b",job="shop",version="2"}']),
    ],
)
def test_info(querier, query, wanted):
    assert names(querier, query) == wanted


def test_a_changed_label_makes_another_series(querier):
    series = querier.range('info(up{instance="a"}, {zone=~".+"})', 0, 120, 60)
    assert [(s.labels.get("zone"), s.times.tolist()) for s in series] == [("x", [0.0]), ("y", [60.0, 120.0])]


def test_two_info_series_at_the_same_time_are_an_error(loaded):
    load = LOAD + '  target_info{job="shop",instance="a",team="other"} 1 1 1\n'
    with pytest.raises(QueryError, match="duplicate series for info metric"):
        loaded(load, experimental=True).instant("info(up)", 60)
