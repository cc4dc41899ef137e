import math

from hypothesis import given
from hypothesis import strategies as st

from commerce_app.cache.early_refresh import refresh_early
from commerce_app.cache.entry import Entry

ENTRY = Entry(b"x", fresh_until=100.0, load_seconds=2.0)


def test_early_in_life_almost_no_draw_refreshes():
    assert not refresh_early(ENTRY, at=50.0, draw=1e-6)


def test_the_chance_is_exponential_in_what_is_left_by_load_time():
    # 4 s left of a 2 s load: draws below e^-2 refresh.
    assert refresh_early(ENTRY, at=96.0, draw=math.exp(-2) * 0.99)
    assert not refresh_early(ENTRY, at=96.0, draw=math.exp(-2) * 1.01)


@given(st.floats(0, 1, exclude_min=True))
def test_an_expired_entry_always_refreshes(draw):
    assert refresh_early(ENTRY, at=100.0, draw=draw)
