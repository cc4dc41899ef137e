import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.errors import RequestError
from alerts.matchers import match_anything, parse_matcher
from collector.labels import Matcher, MatchOp


@pytest.mark.parametrize(
    ("text", "matcher"),
    [
        ("a=b", Matcher("a", MatchOp.EQUAL, "b")),
        (' a != "b c" ', Matcher("a", MatchOp.NOT_EQUAL, "b c")),
        ("a=~b|c", Matcher("a", MatchOp.REGEX, "b|c")),
        (r'a!~"b\"c\\d\n"', Matcher("a", MatchOp.NOT_REGEX, 'b"c\\d\n')),
        ("a=", Matcher("a", MatchOp.EQUAL, "")),
    ],
)
def test_matchers_are_read_as_alertmanager_writes_them(text, matcher):
    assert parse_matcher(text) == matcher


@given(st.sampled_from(MatchOp), st.text(max_size=10))
def test_matcher_survives_its_text(op, value):
    matcher = Matcher("name", op, value if op in {MatchOp.EQUAL, MatchOp.NOT_EQUAL} else "x.*")
    assert parse_matcher(str(matcher)) == matcher


@pytest.mark.parametrize("text", ["", "a", "a~=b", "1a=b", 'a="b', "a-b=c", "{a=b}"])
def test_what_is_no_matcher_is_refused(text):
    with pytest.raises(RequestError, match="bad matcher format"):
        parse_matcher(text)


def test_bad_regex_is_refused_without_noise(capfd):
    with pytest.raises(RequestError, match="invalid regular expression"):
        parse_matcher("a=~(")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "anything"), [("a=~.*", True), ("a!=b", True), ("a=b", False), ("a=~.+", False)]
)
def test_matcher_that_matches_what_is_not_there_matches_anything(text, anything):
    assert match_anything([parse_matcher(text)]) is anything
