import math

import pytest

from commerce_app.prelaunch.errors import UnansweredError
from commerce_app.prelaunch.exposition import Page
from commerce_app.prelaunch.observed import PageState, RedisHealth, StaleAges, Unseen
from commerce_app.prelaunch.shop_metrics import (
    page_state,
    redis_health,
    replica_behind_seconds,
    stale_ages,
)


def reads(**counts):
    """A page with reads by cache: product_hit=1."""
    lines = ["# TYPE cache_requests_total counter"]
    for name, count in counts.items():
        cache, result = name.split("_")
        tier = "redis" if result in {"hit", "stale"} else "origin"
        lines.append(f'cache_requests_total{{cache="{cache}",tier="{tier}",result="{result}"}} {count}')
    return Page.parse("\n".join(lines) + "\n")


NOTHING = reads(product_hit=3, product_miss=2, extras_hit=3)


@pytest.mark.parametrize(
    ("after", "state"),
    [
        ({"product_hit": 4, "product_miss": 2, "extras_hit": 4}, PageState.WARM),
        ({"product_hit": 9, "product_miss": 2, "extras_hit": 5}, PageState.WARM),
        ({"product_hit": 3, "product_miss": 3, "extras_hit": 4}, PageState.COLD),
        ({"product_hit": 4, "product_miss": 2, "extras_hit": 3, "extras_error": 1}, PageState.COLD),
        ({"product_hit": 4, "product_miss": 2, "extras_hit": 3, "extras_stale": 1}, PageState.COLD),
        ({"product_hit": 4, "product_miss": 2, "extras_hit": 3}, PageState.COLD),
        ({"product_hit": 4, "product_miss": 3, "extras_hit": 4}, PageState.UNCLEAR),
        ({"product_hit": 4, "product_miss": 2, "extras_hit": 4, "product_bypass": 9}, PageState.WARM),
    ],
)
def test_a_page_is_warm_when_all_reads_of_it_were_hits(after, state):
    assert page_state(NOTHING, reads(**after), ("product", "extras")) is state


def test_without_extras_only_the_product_counts():
    after = reads(product_hit=4, product_miss=2, extras_hit=3)
    assert page_state(NOTHING, after, ("product",)) is PageState.WARM


def redis(calls, seconds, errors, closed):
    return Page.parse(f"""
db_client_operation_duration_seconds_count{{server="redis",error_type=""}} {calls}
db_client_operation_duration_seconds_sum{{server="redis",error_type=""}} {seconds}
db_client_operation_duration_seconds_count{{server="primary",error_type=""}} 70
redis_client_errors_total{{error_type="timeout"}} {errors}
circuit_breaker_state{{name="redis",state="closed"}} {closed}
circuit_breaker_state{{name="replica",state="closed"}} 0
""")


def test_redis_is_judged_by_the_calls_between_two_looks():
    assert redis_health(redis(10, 5.0, 7, 1), redis(14, 5.2, 7, 1)) == RedisHealth(
        4, pytest.approx(0.05), 0, True
    )
    assert redis_health(redis(10, 5.0, 7, 1), redis(10, 5.0, 9, 0)) == RedisHealth(0, 0.0, 2, False)


@pytest.mark.parametrize("after", [(9, 5.0, 7, 1), (14, 4.0, 7, 1), (14, 5.2, 0, 1), ("NaN", 5.2, 7, 1)])
def test_a_counter_that_falls_or_is_no_number_tells_nothing(after):
    with pytest.raises(UnansweredError, match="was the shop started anew"):
        redis_health(redis(10, 5.0, 7, 1), redis(*after))


def test_a_replica_ahead_of_its_primary_is_unseen():
    page = Page.parse("db_replica_behind_seconds -1e9\n")
    assert replica_behind_seconds(page) == Unseen("expected db_replica_behind_seconds from 0 on, got -1e+09")


@pytest.mark.parametrize(
    "bucket", ['le="60"} NaN', 'le="60"} +Inf', 'le="60"} 9', 'le="60"} -1', 'le="x"} 1']
)
def test_ages_that_do_not_add_up_are_unseen(bucket):
    buckets = ("{" + bucket, '{le="+Inf"} 8', '{le="90"} 8')
    page = Page.parse("".join(f"cache_stale_age_seconds_bucket{each}\n" for each in buckets))
    assert isinstance(stale_ages(page, 60), Unseen)


def test_what_the_shop_does_not_measure_is_unseen():
    empty = Page.parse("")
    assert isinstance(redis_health(empty, empty), Unseen)
    assert isinstance(replica_behind_seconds(empty), Unseen)
    assert isinstance(stale_ages(empty, 60), Unseen)


def test_a_replica_that_cannot_be_asked_is_nan():
    assert math.isnan(replica_behind_seconds(Page.parse("db_replica_behind_seconds NaN\n")))


AGES = Page.parse("""
cache_stale_age_seconds_bucket{cache="product",le="30"} 5
cache_stale_age_seconds_bucket{cache="product",le="90"} 6
cache_stale_age_seconds_bucket{cache="product",le="+Inf"} 8
cache_stale_age_seconds_bucket{cache="extras",le="30"} 1
cache_stale_age_seconds_bucket{cache="extras",le="90"} 1
cache_stale_age_seconds_bucket{cache="extras",le="+Inf"} 1
""")


@pytest.mark.parametrize(("bound", "ages"), [(30, StaleAges(9, 3, 30)), (60, StaleAges(9, 2, 90))])
def test_ages_are_told_by_the_nearest_bucket_above(bound, ages):
    assert stale_ages(AGES, bound) == ages


def test_a_bound_beyond_all_buckets_is_unseen():
    assert stale_ages(AGES, 91) == Unseen("cache_stale_age_seconds has no bucket of 91 s or more")
