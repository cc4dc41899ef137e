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


lifetimes = st.builds(
    Lifetime,
    ttl_seconds=st.floats(0.01, 1e6),
    stale_seconds=st.floats(0.01, 1e4),
    extended_factor=st.floats(1, 10),
    jitter_ratio=st.floats(0, 0.9),
)


@given(lifetimes, draws)
def test_an_extended_ttl_is_never_further_from_its_middle_than_the_jitter(lifetime, draw):
    middle = lifetime.ttl_seconds * lifetime.extended_factor
    fresh_seconds = lifetime.fresh_seconds(extended=True, draw=draw)
    assert abs(fresh_seconds - middle) <= middle * lifetime.jitter_ratio * (1 + 1e-9)
    assert fresh_seconds > 0


@given(lifetimes, draws, draws)
def test_a_larger_draw_never_makes_a_shorter_ttl(lifetime, one, other):
    less, more = sorted((one, other))
    assert lifetime.fresh_seconds(extended=True, draw=less) <= lifetime.fresh_seconds(
        extended=True, draw=more
    )
