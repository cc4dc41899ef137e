"""Queries are cut out of what was written."""

import pytest

from alerts.query_parts import bare, difference, summed


@pytest.mark.parametrize(
    ("query", "expected"), [("( (a) - (b) )", "(a) - (b)"), ("(a) - (b)", "(a) - (b)"), (" a ", "a")]
)
def test_brackets_around_all_of_it(query, expected):
    assert bare(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (r'sum (x{path=~"/v\\d+\"(",name="a"})', r'x{path=~"/v\\d+\"(",name="a"}'),
        ("SUM((a) + (b))", "(a) + (b)"),
        ("sum(a) + sum(b)", None),
        ("sum by (code) (a)", None),
        ("sum(a) by (code)", None),
        ("avg(a)", None),
        ("a", None),
    ],
)
def test_what_is_summed(query, expected):
    assert summed(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a - b - c", ("a - b", "c")),
        ("a * 3 - b * 4", ("a * 3", "b * 4")),
        ("a - on () group_left () (b - c)", ("a", "(b - c)")),
        (r'x{a="-(\\d"} -y{b="\""} offset -1m', (r'x{a="-(\\d"}', r'y{b="\""} offset -1m')),
        ("a - -b", ("a", "-b")),
        ("a - b + c", None),
        ("-a", None),
    ],
)
def test_what_is_subtracted_from_what(query, expected):
    assert difference(query) == expected
