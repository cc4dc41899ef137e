from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import QueryError
from collector.labels import Matcher, MatchOp
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import (
    Aggregation,
    At,
    Binary,
    Call,
    Cardinality,
    Grouping,
    Matching,
    Node,
    Number,
    RangeSelector,
    Selector,
    Subquery,
)

UP = (Matcher("__name__", MatchOp.EQUAL, "up"),)


def read(query, **options) -> Node:
    return parse(query, size=QuerySize(), **options)


@pytest.mark.parametrize("duration", ["9999999y", "5000000y", "2000000y", "293y"])
@pytest.mark.parametrize("query", ["x offset {}", "x[5m] offset -{}", "x[{}]", "x[{}:1m]", "x[5m:{}]"])
def test_durations_beyond_gos_are_refused(query, duration):
    with pytest.raises(QueryError, match="duration out of range") as refused:
        read(query.format(duration))
    assert refused.value.kind == "bad_data"


def test_durations_up_to_gos_are_read():
    assert read("up offset 292y") == Selector(UP, 292 * 365 * 86_400_000)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("up", Selector(UP)),
        ("up offset 5m", Selector(UP, 300_000)),
        ("up offset -1m", Selector(UP, -60_000)),
        ("up @ -100.5", Selector(UP, 0, At("time", -100_500))),
        ("up @ 1.234", Selector(UP, 0, At("time", 1234))),
        ("up @ end()", Selector(UP, 0, At("end"))),
        ("rate(up[1.5])", Call("rate", (RangeSelector(Selector(UP), 1500),))),
        ("rate(up[1h:])", Call("rate", (Subquery(Selector(UP), 3_600_000, None),))),
        (
            "rate(up[1h:5s] @ -7)",
            Call("rate", (Subquery(Selector(UP), 3_600_000, 5000, 0, At("time", -7000)),)),
        ),
        ("sum(up) without (a)", Aggregation("sum", Selector(UP), None, Grouping(("a",), without=True))),
        ("topk(3, up)", Aggregation("topk", Selector(UP), Number(3.0), Grouping((), without=False))),
        (
            "up / on(a) group_left(b) up",
            Binary("/", Selector(UP), Selector(UP), Matching(Cardinality.MANY_TO_ONE, True, ("a",), ("b",))),
        ),
        ("1 > bool 2", Binary(">", Number(1.0), Number(2.0), Matching(), returns_bool=True)),
    ],
)
def test_reads(query, tree):
    assert read(query) == tree


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "no expression"),
        ("up{", "parse error"),
        ("sum(up", "parse error"),
        ("nosuch(up)", "unknown function"),
        ("first_over_time(up[5m])", 'unknown function with name "first_over_time"'),
        ("rate(up)", "expected type matrix"),
        ('up{a="b" or c="d"}', '"or"'),
        ("up + fill(0) up", "unexpected identifier"),
        ("mad_over_time(up[5m])", "is not enabled"),
        ("limitk(2, up)", "is experimental"),
        ("up @ 1e20", "out of bounds"),
        ("up offset 1e30", "parse error"),
        ('up{a=~"("}', "parse error"),
        ("{}", "non-empty matcher"),
    ],
)
def test_refuses(query, reason):
    with pytest.raises(QueryError, match=reason) as caught:
        read(query)
    assert caught.value.kind == "bad_data"


@pytest.mark.parametrize(
    "query",
    [
        "+".join(["a"] * 5000),
        "(" * 20_000 + "a" + ")" * 20_000,
        "-" * 20_000 + "a",
        "abs(" * 5000 + "a" + ")" * 5000,
        "^".join(["a"] * 400),
        " and ".join(["a"] * 5000),
        "a" * 100_000,
        'a{b="' + "(" * 70_000 + '"}',
        "or".join([" " + "(" * 60 + "a" + ")" * 60 + " "] * 480),
        "abs(" * 99 + 'label_join(a, "b", ","' + ', "c"' * 12_000 + ")" + ")" * 99,
    ],
    ids=["chain", "parentheses", "minus", "calls", "powers", "sets", "long", "value", "wide", "listing"],
)
def test_hostile_queries_are_refused_before_the_parser_sees_them(query):
    with pytest.raises(QueryError, match=r"too (long|deeply|many)"):
        read(query)


def test_brackets_in_strings_and_comments_are_no_nesting():
    read('up{a="' + "(" * 500 + '"} # ' + "(" * 500)


def test_a_long_chain_of_operators_reads():
    read(" + ".join(["a"] * 400))


def test_experimental_functions_read_when_enabled():
    read("mad_over_time(up[5m])", experimental=True)


@settings(deadline=None, derandomize=True)
@given(st.text(st.sampled_from("abup{}[]()=~!\"'`+-*/<>@: \n\\0195msrate,offset#"), max_size=60))
def test_any_text_reads_or_is_refused(query):
    with suppress(QueryError):
        read(query)


def test_a_string_in_backticks_escapes_nothing():
    matcher = Matcher("job", MatchOp.REGEX, '\\w+"\n')
    assert read('up{job=~`\\w+"\n`}') == Selector((matcher, *UP))


@pytest.mark.parametrize("query", ['up{or ="a"}', 'up{or="a"}', 'up{or\n= "a"}'])
def test_a_label_may_be_named_or(query):
    assert read(query) == Selector((Matcher("or", MatchOp.EQUAL, "a"), *UP))


@pytest.mark.parametrize("query", ["1e400", "up > 1e999 + 1", "-1e309", f"{'9' * 400}"])
def test_numbers_beyond_a_floats_are_refused(query):
    with pytest.raises(QueryError, match="value out of range") as refused:
        read(query)
    assert refused.value.kind == "bad_data"


def test_infinity_and_texts_that_look_like_numbers_are_read():
    assert read("Inf") == Number(float("inf"))
    assert read('up{a="1e400"}') == Selector((Matcher("a", MatchOp.EQUAL, "1e400"), *UP))


def test_regexes_of_one_query_are_no_larger_than_so_much():
    patterns = [f'job!~"\\\\pL{{20}}{number}"' for number in range(10)]
    with pytest.raises(QueryError, match="too large regular expressions") as refused:
        read(f"up{{{','.join(patterns)}}}")
    assert refused.value.kind == "bad_data"


def test_a_regex_that_comes_again_counts_once():
    read(" + ".join(['up{job=~"\\\\pL{20}"}'] * 20))
    read('up{job=~"' + "|".join(f"pod-{n}-{n * 7919 % 10_007}" for n in range(2000)) + '"}')
