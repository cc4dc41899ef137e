import math

import pytest

from collector.errors import QueryError
from collector.promql import binary

LOAD = """
load 1m
  a{i="1",l="x"} 1 2 3
  a{i="2",l="x"} 10 20 30
  b{i="1",m="y"} 2 2 2
  info{i="1",team="core"} 1 1 1
  late{i="1"} _ 5 5
"""


def answers(querier, query, at=120):
    return {str(s.labels): s.value for s in querier.instant(query, at)}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("a * on(i) b", {'{i="1"}': 6}),
        ("a * on(i) group_left(team) info", {'{i="1",l="x",team="core"}': 3}),
        ("info * on(i) group_right(team) a", {'{i="1",l="x",team="core"}': 3}),
        ("a > 5", {'a{i="2",l="x"}': 30}),
        ("5 < bool a", {'{i="1",l="x"}': 0, '{i="2",l="x"}': 1}),
        ("a and on(i) b", {'a{i="1",l="x"}': 3}),
        ("a unless on(i) b", {'a{i="2",l="x"}': 30}),
        ("b or on(i) a", {'b{i="1",m="y"}': 2, 'a{i="2",l="x"}': 30}),
        ("a > on(i) b", {'{i="1"}': 3}),
        ("a > on(i) group_left b", {'a{i="1",l="x"}': 3}),
        ("-a", {'{i="1",l="x"}': -3, '{i="2",l="x"}': -30}),
        ("7 % 0.5 + 2 ^ 3 ^ 0", {"{}": 2}),
        ("a == nothing", {}),
    ],
)
def test_operator(loaded, query, wanted):
    assert answers(loaded(LOAD), query) == wanted


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("b * on() a", "found duplicate series for the match group {} on the right hand-side"),
        ("a * on(l) group_left a", "many-to-many matching not allowed"),
        ("a * on() b", "many-to-one matching must be explicit"),
    ],
)
def test_ambiguous_matches_are_errors(loaded, query, reason):
    with pytest.raises(QueryError) as caught:
        loaded(LOAD).instant(query, 120)
    assert reason in str(caught.value)
    assert caught.value.kind == "execution"


def test_series_that_take_turns_join_when_their_names_go(loaded):
    querier = loaded("load 1m\n old 1 stale\n new _ _ 3")
    (series,) = querier.range('abs({__name__=~"old|new"})', 0, 120, 60)
    assert (series.times.tolist(), series.values.tolist()) == ([0.0, 120.0], [1.0, 3.0])


def test_series_that_meet_are_an_error_when_their_names_go(loaded):
    querier = loaded("load 1m\n old 1 1\n new 3 3")
    with pytest.raises(QueryError, match="same labelset"):
        querier.range('abs({__name__=~"old|new"})', 0, 60, 60)


def test_matches_are_decided_at_each_step(loaded):
    (series,) = loaded(LOAD).range('a{i="1"} + on(i) late', 0, 120, 60)
    assert (series.times.tolist(), series.values.tolist()) == ([60.0, 120.0], [7.0, 8.0])


def test_a_chain_of_operators_at_the_limit_evaluates(loaded):
    assert answers(loaded(LOAD), " + ".join(["b"] * 400)) == {'{i="1",m="y"}': 800}


def test_the_power_one_half_is_no_root(loaded):
    querier = loaded("load 1m\n down -Inf\n zero -0")
    assert answers(querier, "down ^ 0.5", 0) == {"{}": math.inf}
    assert answers(querier, "1 / zero ^ 0.5", 0) == {"{}": math.inf}


TURNS = """
load 1m
  a{i="1"} 1 stale _ 4
  b{i="1"} 5 6 _ _
  b{i="2"} 7 stale 8 _
  c{i="1"} _ _ 9 9
  c{i="3"} 3 3 3 3
"""


@pytest.mark.parametrize(
    "query",
    ["a or b or c", "(a or b) or c", "a or (b or c)", "a or on(i) b or on(i) c", "a or on(i) (b or on(i) c)"],
)
def test_alternatives_are_decided_at_each_step_however_they_are_bracketed(loaded, query):
    found = loaded(TURNS).range(query, 0, 180, 60)
    assert {str(series.labels): series.values.tolist() for series in found} == {
        'a{i="1"}': [1, 4],
        'b{i="1"}': [6, 6],
        'b{i="2"}': [7, 8, 8],
        'c{i="3"}': [3, 3, 3, 3],
    }


def test_alternatives_of_other_matching_are_decided_one_after_the_other(loaded):
    assert answers(loaded(TURNS), "a or on() b or c", 0) == {'a{i="1"}': 1, 'c{i="3"}': 3}
    assert answers(loaded(TURNS), "a or on() (b or c)", 0) == {'a{i="1"}': 1}


@pytest.mark.parametrize("joint", [" or ", " or ("], ids=["chain", "brackets"])
def test_many_alternatives_look_at_each_series_once(loaded, monkeypatch, joint):
    looked_at = []
    whole = binary.any_present
    monkeypatch.setattr(binary, "any_present", lambda v, keys: looked_at.append(len(keys)) or whole(v, keys))
    terms = [f'label_replace(a, "z", "{n}", "i", ".*")' for n in range(40)]
    query = joint.join(terms) + ")" * 39 * ("(" in joint)
    assert len(answers(loaded(LOAD), query)) == 80
    assert looked_at == [2] * 40


def test_alternatives_end_with_the_time_of_the_query(loaded):
    ticks = iter(range(1_000))  # a second for each look at the clock
    with pytest.raises(QueryError, match="timed out"):
        loaded(LOAD, monotonic=lambda: next(ticks)).instant(" or ".join(["a"] * 400), 0)
    assert next(ticks) < 130
