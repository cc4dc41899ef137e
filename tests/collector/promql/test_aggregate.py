import math

import pytest

from collector.errors import QueryError

LOAD = """
load 1m
  m{g="a",i="1"} 1 NaN
  m{g="a",i="2"} 3 5
  m{g="b",i="3"} 7 7
"""


def answers(querier, query, at=0):
    return {str(s.labels): s.value for s in querier.instant(query, at)}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("sum by (g) (m)", {'{g="a"}': 4, '{g="b"}': 7}),
        ("sum without (i) (m)", {'{g="a"}': 4, '{g="b"}': 7}),
        ("avg(m)", {"{}": pytest.approx(11 / 3)}),
        ("min(m)", {"{}": 1}),
        ("max(m)", {"{}": 7}),
        ("count by (g) (m)", {'{g="a"}': 2, '{g="b"}': 1}),
        ("group(m)", {"{}": 1}),
        ("stdvar by (g) (m)", {'{g="a"}': 1, '{g="b"}': 0}),
        ("quantile(0.5, m)", {"{}": 3}),
        ("topk(1, m)", {'m{g="b",i="3"}': 7}),
        ("bottomk by (g) (1, m)", {'m{g="a",i="1"}': 1, 'm{g="b",i="3"}': 7}),
        ('count_values("v", m)', {'{v="1"}': 1, '{v="3"}': 1, '{v="7"}': 1}),
        ("sum(nothing)", {}),
        ("topk(0, m)", {}),
    ],
)
def test_aggregation(loaded, query, wanted):
    assert answers(loaded(LOAD), query) == wanted


@pytest.mark.parametrize(
    ("query", "wanted"),
    [("max(m)", 7), ("min(m)", 5), ("sum(m)", math.nan), ('max(m{i="1"})', math.nan), ("topk(1, m)", 7)],
)
def test_nan_is_no_extreme_but_spoils_a_sum(loaded, query, wanted):
    (value,) = answers(loaded(LOAD), query, 60).values()
    assert value == pytest.approx(wanted, nan_ok=True)


def test_sums_keep_what_cancels(loaded):
    querier = loaded('load 1m\n x{i="1"} 1e100\n x{i="2"} 1\n x{i="3"} -1e100\n x{i="4"} 1')
    assert answers(querier, "sum(x)") == {"{}": 2}
    assert answers(querier, "avg(x)") == {"{}": 0.5}


def test_a_mean_does_not_overflow_where_its_sum_does(loaded):
    querier = loaded('load 1m\n x{i="1"} 1e308\n x{i="2"} 1e308')
    assert answers(querier, "sum(x)") == {"{}": math.inf}
    assert answers(querier, "avg(x)") == {"{}": 1e308}


def test_groups_come_and_go_step_by_step(loaded):
    querier = loaded('load 1m\n x{i="1"} 1 stale\n x{i="2"} _ 2 stale')
    (series,) = querier.range("sum(x)", 0, 120, 60)
    assert (series.times.tolist(), series.values.tolist()) == ([0.0, 60.0], [1.0, 2.0])


def test_topk_is_chosen_at_each_step(loaded):
    querier = loaded('load 1m\n x{i="1"} 1 2 9\n x{i="2"} 5 5 5')
    series = querier.range("topk(1, x)", 0, 120, 60)
    assert [(str(s.labels), s.times.tolist()) for s in series] == [
        ('x{i="1"}', [120.0]),
        ('x{i="2"}', [0.0, 60.0]),
    ]


def test_an_odd_quantile_warns(loaded):
    answer = loaded(LOAD).evaluate("quantile(1.5, m)", 0)
    assert answer.warnings == ("PromQL warning: quantile value should be between 0 and 1, got 1.5",)
    assert answer.result.values.tolist() == [math.inf]


def test_count_values_counts_zero_and_minus_zero_apart(loaded):
    querier = loaded('load 1m\n z{i="1"} 0\n z{i="2"} -0')
    assert answers(querier, 'count_values("v", z)') == {'{v="0"}': 1, '{v="-0"}': 1}


def test_count_values_counts_all_together_without_its_own_label(loaded):
    assert answers(loaded(LOAD), 'count_values without (i, v) ("v", m)') == {'{g="a"}': 2, '{g="b"}': 1}
    assert answers(loaded(LOAD), 'count_values without (i) ("__name__", m)') == {'{g="a"}': 2, '{g="b"}': 1}


def test_count_values_needs_a_label(loaded):
    with pytest.raises(QueryError, match='invalid label name ""') as raised:
        answers(loaded(LOAD), 'count_values("", nothing)')
    assert raised.value.kind == "execution"
