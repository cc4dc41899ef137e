from hypothesis import given
from hypothesis import strategies as st

from commerce_app.cache.entry import Entry

times = st.floats(allow_nan=False, allow_infinity=False)


@given(st.binary(), times, times)
def test_what_was_packed_comes_back(body, fresh_until, load_seconds):
    entry = Entry(body, fresh_until, load_seconds)
    assert Entry.unpack(entry.pack()) == entry


def test_fresh_until_is_left_open():
    entry = Entry(b"x", fresh_until=10.0, load_seconds=0)
    assert entry.fresh(9.9)
    assert not entry.fresh(10.0)
