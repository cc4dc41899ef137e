from pathlib import Path

import pytest
import yaml

from alerts.charts.model import Unit
from postmortem.causes.kinds import Kind, find_parts
from postmortem.causes.knowledge import load_knowledge
from postmortem.evidence import Subject
from postmortem.records import Good, Signal, SignalMap

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
        ("redis_latency_median", Kind("cache", "typical", "redis")),
        ("redis_timeouts", Kind("cache", "timeouts", "redis")),
        ("redis_connections_broken", Kind("cache", "broken", "redis")),
        ("primary_timeouts", Kind("database", "timeouts", "primary")),
        ("redis_up", Kind("cache", "up", "redis")),
        ("redis_restarts", Kind("cache", "restarts", "redis")),
        ("replica_cpu", Kind("replica", "cpu", "replica")),
        ("replica_restarts", Kind("replica", "restarts", "replica")),
        ("primary_restarts", Kind("database", "restarts", "primary")),
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
    assert not {
        "order_latency_p99",
        "order_error_ratio",
        "orders_placed",
        "orders_repeated",
        "revenue",
    } & set(parts.kinds)


def test_what_users_feel_of_a_service_that_others_stand_on_may_explain_what_they_feel_there(parts):
    assert parts.kinds["product_latency_p95"] == (Kind("felt", "latency", "product"),)


def test_parts_are_of_the_class_that_most_of_their_signals_are_of(parts):
    assert parts.classes == {"redis": "cache", "replica": "replica", "primary": "database"}


def kind_of(name, query, unit=Unit.PER_SECOND, good=Good.DOWN):
    signal = Signal(name=name, role="saturation", service="s", unit=unit, good=good, query=query)
    (found,) = find_parts([Subject("s", signal)], SignalMap(), load_knowledge()).kinds["s"]
    return found.part_class, found.measure


@pytest.mark.parametrize(
    ("name", "query", "unit", "kind"),
    [
        ("card_reader_errors", "rate(card_reader_errors_total[1m])", "per_second", ("service", "errors")),
        ("underwriter", "uw_seconds", "seconds", ("service", "latency")),
        ("docs", "rate(retrieved_documents_total[1m])", "per_second", ("service", "queries")),
        ("permission_ok", "permission_ok_ratio", "ratio", ("service", "busy")),
        ("feature_flags", "feature_flags_loaded", "count", ("service", "busy")),
        ("clocks", "clock_skew_seconds", "seconds", ("service", "latency")),
        ("db_reader_lag", "lag_seconds", "seconds", ("replica", "lag")),
        ("behind", "mysql_slave_status_secondsBehindMaster", "seconds", ("replica", "lag")),
        ("mongo", "mongodb_opLatencies_total", "seconds", ("database", "latency")),
        ("pool", "HikariPool1_connections_pending", "count", ("database", "waiting")),
        ("restarts", "sum(resets(redis_uptime_seconds[1m]))", "count", ("cache", "restarts")),
        ("kv_dropped", "rate(lettuce_connection_failures_total[1m])", "per_second", ("cache", "broken")),
        (
            "middle",
            "histogram_quantile(0.50, rate(redis_seconds_bucket[1m]))",
            "seconds",
            ("cache", "typical"),
        ),
        ("p95", "histogram_quantile(0.95, rate(redis_seconds_bucket[1m]))", "seconds", ("cache", "latency")),
        ("locks", "mysql_innodb_row_lock_waits", "per_second", ("lock", "wait")),
    ],
)
def test_words_are_found_as_whole_words_in_maps_never_seen(name, query, unit, kind):
    assert kind_of(name, query, Unit(unit), Good.UP if unit == "ratio" else Good.DOWN) == kind
