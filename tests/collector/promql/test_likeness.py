import pytest

from collector.errors import QueryError
from collector.promql.guard import QuerySize
from collector.promql.likeness import ExpressionCheck


@pytest.fixture
def check():
    check = ExpressionCheck(QuerySize(max_length=60), experimental=False)
    for good in (
        'up{a="b"}',
        'up{a=~"b"}',
        'up == 1 # a="b"',
        """label_replace(up, "a", '{b="c"}', "d", "e")""",
    ):
        check(good)
    return check


@pytest.mark.parametrize(
    "wrong",
    ['up{a="b"', '{a=""}', 'up{a=~"("}', 'up{__name__="b"}', 'up{a="\\z"}', 'up == "b"', 'sum("b")'],
)
def test_what_is_wrong_is_refused_after_what_looks_like_it(check, wrong):
    with pytest.raises(QueryError):
        check(wrong)


def test_what_is_alike_still_has_to_be_short_enough(check):
    check('up{a="c"}')
    with pytest.raises(QueryError, match="too long"):
        check('up{a="' + "c" * 60 + '"}')


def test_expressions_that_are_alike_are_parsed_once(monkeypatch):
    parsed = []
    monkeypatch.setattr("collector.promql.likeness.parse", lambda query, **_: parsed.append(query))
    check = ExpressionCheck(QuerySize(), experimental=False)
    for expr in (
        'up{a="b"} / on () b',
        'up{a="c"} / on () b',
        'up{a=~"c"} / on () b',
        'up{a=~"d"} / on () b',
    ):
        check(expr)
    assert parsed == ['up{a="b"} / on () b', 'up{a=~"c"} / on () b', 'up{a=~"d"} / on () b']
