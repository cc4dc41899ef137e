import pytest

from collector.errors import QueryError
from collector.promql.guard import QuerySize
from collector.promql.parse import parse


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("1 + * 2", "1:5: parse error: unexpected <op:*>"),
        ("1 +", "1:4: parse error: unexpected end of input"),
        ("up up", '1:4: parse error: unexpected identifier "up"'),
        ("up on(job) up", "1:4: parse error: unexpected <on>"),
        ("up == bool", "1:11: parse error: unexpected end of input"),
        ("up\n + \n (1", "3:4: parse error: unclosed left parenthesis"),
        ("sum(rate(up[5m])", "1:17: parse error: unclosed left parenthesis"),
        ("up )", "1:4: parse error: unexpected right parenthesis ')'"),
        ("up{", "1:4: parse error: unexpected end of input inside braces"),
        ("up{job=}", '1:8: parse error: unexpected "}" in label matching, expected string'),
        ("up{a=b}", '1:6: parse error: unexpected identifier "b" in label matching, expected string'),
        ('up{a="b" or c="d"}', '1:10: parse error: unexpected identifier "or" in label matching'),
        ('up{a="b",,}', '1:10: parse error: unexpected "," in label matching, expected identifier or "}"'),
        ("up offset up", '1:11: parse error: unexpected identifier "up" in offset, expected duration'),
        ("up @ foo", '1:6: parse error: unexpected identifier "foo" in @, expected timestamp'),
        (
            "sum without job (up)",
            '1:13: parse error: unexpected identifier "job" in grouping opts, expected "("',
        ),
        ("sum(up) by", '1:11: parse error: unexpected end of input in grouping opts, expected "("'),
        ("sum by (a b) (c)", '1:11: parse error: unexpected identifier "b" in grouping opts'),
        ("rate(up[5m)", '1:11: parse error: unexpected ")" inside brackets'),
        ("up[5x]", '1:4: parse error: bad number or duration syntax: "5x"'),
        ("a & b", "1:3: parse error: unexpected character: '&'"),
        ("a = b", '1:3: parse error: unexpected "="'),
        ('가 + "a', "1:1: parse error: unexpected character: '가'"),
        ('"가" + "a', "1:7: parse error: unterminated quoted string"),
        ("bool", "1:1: parse error: unexpected <bool>"),
    ],
)
def test_a_query_that_breaks_names_the_place_and_the_token(query, said):
    with pytest.raises(QueryError) as caught:
        parse(query, size=QuerySize())
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("rate(a[5m]) + rate(b)", "1:15"),
        ("sum(up) + scalar(1)", "1:11"),
        ("sum(rate(a[5m])) + topk(5)", "1:20"),
        ("up + (1 == 2)", "1:7"),
        ("up +\n foo(1)", "2:2"),
        (" {}", "1:2"),
        ('a + b{c=~"("}', "1:5"),
        ("a + sort_by_label(b, 'c')", "1:5"),
    ],
)
def test_what_is_wrong_otherwise_is_placed_at_the_smallest_part_that_is(query, place):
    with pytest.raises(QueryError) as caught:
        parse(query, size=QuerySize())
    assert str(caught.value).startswith(f"{place}: parse error: ")


def test_a_query_over_its_limits_has_no_place():
    with pytest.raises(QueryError, match=r"^query has too large regular expressions"):
        parse('a{b=~"c{1000}d{1000}"}', size=QuerySize(max_regex=100))


def test_not_all_parts_of_a_very_long_query_are_tried():
    query = " + ".join([f"a{n}" for n in range(450)] + ["rate(b)"])
    with pytest.raises(QueryError, match=r"^1:\d+: parse error: expected type matrix"):
        parse(query, size=QuerySize())
