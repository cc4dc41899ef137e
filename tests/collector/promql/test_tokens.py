import pytest

from collector.promql.tokens import tokens_of


def texts(query):
    return [token.text for token in tokens_of(query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('a{b=~"}"} # c', ["a", "{", "b", "=~", '"}"', "}", ""]),
        ("x[5m:1m] + :a:b", ["x", "[", "5m", ":", "1m", "]", "+", ":a:b", ""]),
        ("1e+5-0x1F.5", ["1e+5", "-", "0x1F.5", ""]),
        ("a!=b==c", ["a", "!=", "b", "==", "c", ""]),
    ],
)
def test_a_query_in_tokens(query, expected):
    assert texts(query) == expected


@pytest.mark.parametrize(
    ("text", "named"),
    [("up", 'identifier "up"'), ("AND", "<op:and>"), ("by", "<by>"), ("sum", "<aggr:sum>"), ("*", "<op:*>"),
     ("5m", 'number "5m"'), ('"a"', r'string "\"a\""'), ("", "end of input"), ("}", '"}"')],
)  # fmt: skip
def test_tokens_are_named_as_by_prometheus(text, named):
    assert str(tokens_of(text)[0]) == named
