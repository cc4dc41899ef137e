import pytest

from commerce_app.cache.entry import Entry
from commerce_app.cache.local_tier import LocalTier


@pytest.fixture
def tier():
    return LocalTier(ttl_seconds=5, stale_seconds=60, entries=2)


def entry(fresh_until):
    return Entry(b"x", fresh_until, 0.0)


def test_a_copy_is_recent_for_the_short_ttl(tier):
    tier.put("k", entry(100), at=0)
    assert tier.recent("k", at=4.9)
    assert tier.recent("k", at=5) is None


def test_a_copy_is_never_recent_past_its_own_freshness(tier):
    tier.put("k", entry(2), at=0)
    assert tier.recent("k", at=2) is None


def test_the_fallback_outlives_freshness_by_the_stale_time(tier):
    tier.put("k", entry(100), at=0)
    assert tier.fallback("k", at=159.9)
    assert tier.fallback("k", at=160) is None


def test_the_least_recently_used_copy_goes_first(tier):
    for key in "abc":
        tier.put(key, entry(100), at=0)
    assert tier.fallback("a", at=0) is None
    assert tier.fallback("c", at=0)
