from hypothesis import given
from hypothesis import strategies as st

from commerce_app.cache.lifetime import Lifetime

LIFETIME = Lifetime(ttl_seconds=100, stale_seconds=60, extended_factor=3, jitter_ratio=0.1)
draws = st.floats(0, 1, exclude_max=True)


@given(draws)
def test_the_plain_ttl_has_no_jitter(draw):
    assert LIFETIME.fresh_seconds(extended=False, draw=draw) == 100


@given(draws)
def test_the_extended_ttl_is_spread_around_its_middle(draw):
    assert 270 <= LIFETIME.fresh_seconds(extended=True, draw=draw) <= 330


def test_the_middle_draw_is_the_middle():
    assert LIFETIME.fresh_seconds(extended=True, draw=0.5) == 300
