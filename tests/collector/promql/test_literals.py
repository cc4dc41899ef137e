"""What the parser would panic at, or read as something else than Prometheus does."""

import pytest

from collector.errors import QueryError
from collector.labels import Matcher, MatchOp
from collector.promql.guard import QuerySize
from collector.promql.literals import respelled
from collector.promql.parse import parse
from collector.promql.syntax import RangeSelector, Selector, String, Subquery

UP = Matcher("__name__", MatchOp.EQUAL, "up")


def read(query):
    return parse(query, size=QuerySize())


@pytest.mark.parametrize(
    "amount",
    ["1e19", "1e30", "9223372036854775807", "18446744073709551616", "0x7fffffffffffffff", "9.3e9", "Inf",
     "NaN", "nan", "+Inf", "-inf", "# comment\n Inf", "9" * 300],
)  # fmt: skip
@pytest.mark.parametrize("query", ["up[{}]", "up[{}:1m]", "up[5m:{}]", "up [ 5m # c\n : {}]", "up offset {}"])
def test_numbers_that_no_duration_holds_never_reach_the_parser(query, amount):
    with pytest.raises(QueryError, match="parse error: duration out of range"):
        respelled(query.format(amount))


def test_numbers_are_seconds_where_durations_stand():
    assert read("up[0x10:1e3] offset -1.5") == Subquery(Selector((UP,)), 16_000, 1_000_000, -1500)
    assert read("up[9.2e9]") == RangeSelector(Selector((UP,)), 9_200_000_000_000)


@pytest.mark.parametrize("query", ['"[1e30]"', "a:1e30", "up # offset Inf", "offset", "inf:total[5m:5m]"])
def test_what_only_looks_like_a_duration_is_left_alone(query):
    assert respelled(query).text == query
    read(query)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\xc3\xa9"', "é"),
        (r"'\303\251\x22'", 'é"'),
        (r'"\\xff"', r"\xff"),
        (r'"\x41\n\u00e9"', "A\né"),
    ],
)
def test_escaped_bytes_are_of_utf_8(text, value):
    assert read(text) == String(value)


@pytest.mark.parametrize("text", [r'"\xff"', r"'a\377'", r'up{a="\xc3"}', r'{"\xc3(" = "x", "up"}'])
def test_strings_that_are_no_utf_8_are_refused(text):
    with pytest.raises(QueryError, match=r"invalid UTF-8 in a string"):
        read(text)


@pytest.mark.parametrize("query", ['{"up","down"}', '{"up",__name__="down"}', 'up{__name__="up"}'])
def test_two_names_of_a_metric_are_refused(query):
    with pytest.raises(QueryError, match="metric name must not be set twice"):
        read(query)


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (r'up{a=~"\\d+\x41",b!~`\d"`}', [r"\d+A", r'\d"']),
        ("up{a=~'0',b=~ # c\n \"1\"}", ["0", "1"]),
        (r'up{a=~"\303\251|=~",b="=~\"2\""}', ["é|=~", '=~"2"']),
    ],
)
def test_the_parser_never_sees_a_regex(query, values):
    told = respelled(query)
    assert [f'"{number}"' in told.text for number in range(len(told.regexes))] == [True] * len(told.regexes)
    assert [matcher.value for matcher in read(query).matchers if matcher != UP] == values


@pytest.mark.parametrize("query", ['{a=~".*"}', '{a=~"",b!~".+"}', '{a=~"a|"}'])
def test_a_selector_of_everything_is_refused(query):
    with pytest.raises(QueryError, match="at least one non-empty matcher"):
        read(query)


@pytest.mark.parametrize("query", [r'up{a=~"\q"}', 'up{a=~"', 'up =~ "a"', "up{a=~b}", '"a" =~ "b"'])
def test_what_is_wrong_with_a_regex_is_still_told(query):
    with pytest.raises(QueryError, match="parse error"):
        read(query)


@pytest.mark.parametrize(
    "text", ["`abc", "`", '"abc', "'abc", '"abc\\"', "up{a=~`abc", 'up{a=~"', 'up{a="b\\']
)
def test_strings_without_an_end_are_refused(text):
    with pytest.raises(QueryError, match="parse error"):
        read(text)
