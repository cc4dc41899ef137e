import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.store.stream_names import name_of, stored_name

ANY_TEXT = st.text(st.characters(codec=None, categories=None))


@given(ANY_TEXT)
def test_any_name_is_stored_as_text_and_read_back(name):
    stored = stored_name(name)
    assert "\0" not in stored
    assert name_of(stored.encode().decode()) == name


@pytest.mark.parametrize("name", ["", "scrape\npage\nhttp://host:80/metrics", "주문"])
def test_ordinary_names_are_stored_as_they_are(name):
    assert stored_name(name) == name


def test_what_looks_escaped_is_told_from_what_is():
    assert name_of(stored_name("\\u0000")) == "\\u0000"
    assert stored_name("\\u0000") != stored_name("\0")
