import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from collector.plain_regexes import Literals, literals_of
from collector.regexes import anchored_regex


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a", Literals(exact=frozenset({"a"}))),
        ("a|b.c", Literals()),
        (r"a|b\.c", Literals(exact=frozenset({"a", "b.c"}))),
        ("(?:a|b|)", Literals(exact=frozenset({"a", "b", ""}))),
        (r"a\|b", Literals(exact=frozenset({"a|b"}))),
        (r"a\\|b", Literals()),
        (r"\d", Literals()),
        ("(?i)a", Literals()),
        ("[a|b]", Literals()),
        ("/api/.*", Literals(prefix="/api/", least=5, free=True)),
        ("/api/.+", Literals(prefix="/api/", least=6, free=True)),
        ("ab?c", Literals(prefix="a")),
        ("ab+", Literals(prefix="ab")),
        ("a{0}.*", Literals()),
        (".*", Literals(free=True)),
        (".+", Literals(least=1, free=True)),
        (".*a", Literals(suffix="a", least=1, free=True)),
        ("ab.*ba", Literals(prefix="ab", suffix="ba", least=4, free=True)),
        (".*a.*", Literals(middle="a", least=1, free=True)),
        (".+a.*", Literals(middle="a", least=2)),
        ("a.*b.*", Literals(prefix="a", middle="b", least=2)),
        (".*ab?c", Literals(middle="a", least=1)),
        ("a.*?b", Literals(prefix="a", least=1)),
    ],
)
def test_plain_text_is_read_out_of_a_regex(pattern, expected):
    assert literals_of(pattern) == expected


_PATTERNS = st.lists(
    st.sampled_from(["a", "b", "|", "(", ")", "*", "+", "?", ".", "\\.", "\\\\"]), max_size=7
)


@given(_PATTERNS.map("".join), st.lists(st.text("ab.\\|", max_size=4), max_size=20))
def test_what_is_read_agrees_with_the_regex(pattern, values):
    try:
        regex = anchored_regex(pattern)
    except re2.error:  # nobody asks with it
        return
    known = literals_of(pattern)
    for value in values:
        fits = regex.fullmatch(value) is not None
        if known.exact is not None:
            assert fits == (value in known.exact)
        may_fit = value.startswith(known.prefix) and bool(known.narrowed([value] if value else []))
        assert may_fit or not (fits and value)
        assert fits or not (known.free and may_fit)
