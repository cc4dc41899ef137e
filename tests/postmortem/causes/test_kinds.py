from pathlib import Path

import pytest
import yaml

from postmortem.causes.kinds import Kind, find_parts
from postmortem.causes.knowledge import load_knowledge
from postmortem.evidence import Subject
from postmortem.records import SignalMap

SHOP = SignalMap.model_validate(yaml.safe_load(Path("alerts/examples/shop.signals.yml").read_text("utf-8")))


@pytest.fixture(scope="module")
def parts():
    return find_parts([Subject(s.name, s) for s in SHOP.signals], SHOP, load_knowledge())


@pytest.mark.parametrize(
    ("signal", "kind"),
    [
        ("request_rate", Kind("traffic", "traffic", "")),
        ("cache_hit_ratio", Kind("cache", "hits", "redis")),
        ("redis_latency_p99", Kind("cache", "latency", "redis")),
        ("redis_up", Kind("cache", "up", "redis")),
        ("redis_restarts", Kind("cache", "restarts", "redis")),
        ("replica_cpu", Kind("replica", "cpu", "replica")),
        ("replica_lag", Kind("replica", "lag", "replica")),
        ("replica_connections_waiting", Kind("replica", "waiting", "replica")),
        ("replica_queries", Kind("replica", "queries", "replica")),
        ("primary_up", Kind("database", "up", "primary")),
        ("primary_errors", Kind("database", "errors", "primary")),
        ("lock_wait_p99", Kind("lock", "wait", "primary")),
        ("sessions_waiting_for_lock", Kind("lock", "sessions", "primary")),
        ("shop_cpu", Kind("service", "cpu", "product")),
    ],
)
def test_what_a_signal_of_the_shop_measures(parts, signal, kind):
    assert parts.kinds[signal] == (kind,)


def test_what_users_feel_is_of_no_kind(parts):
    assert not {"order_latency_p99", "order_error_ratio", "orders_placed", "revenue"} & set(parts.kinds)


def test_parts_are_of_the_class_that_most_of_their_signals_are_of(parts):
    assert parts.classes == {"redis": "cache", "replica": "replica", "primary": "database"}
