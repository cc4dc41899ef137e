"""The signal maps of exporters line by line: role, unit, which way is better, and the number that is read."""

import pytest

from alerts.adopt.adoption import adopt
from alerts.adopt.catalogue import load_catalogue
from tests.alerts.adopt.conftest import AT

POSTGRESQL = {
    "postgresql_connections_used": ("saturation", "ratio", "down", 0.3),
    "postgresql_deadlocks": ("lock", "per_second", "down", pytest.approx(0.1)),
    "postgresql_exclusive_locks": ("lock", "count", "none", 3.0),
    "postgresql_replica_lag": ("replica", "seconds", "down", 4.0),  # a primary's means nothing
}
MYSQL = {
    "mysql_connections_used": ("saturation", "ratio", "down", 0.2),
    "mysql_threads_running": ("saturation", "count", "none", 4.0),
    "mysql_row_lock_waits": ("lock", "per_second", "down", pytest.approx(1.0)),
    "mysql_slow_queries": ("saturation", "per_second", "down", pytest.approx(0.1)),
    "mysql_replica_lag_behind_source": ("replica", "seconds", "down", 7.0),
}
RABBITMQ = {"rabbitmq_messages_ready": ("saturation", "count", "down", 42.0)}
JVM = {
    "jvm_jvm_heap_used": ("saturation", "ratio", "down", 0.42),
    "jvm_hikari_pending": ("saturation", "count", "down", 2.0),
    "jvm_hikari_used": ("saturation", "ratio", "down", 0.8),
}


@pytest.mark.parametrize(
    ("page", "services", "expected"),
    [
        ("postgres", ["postgresql"], POSTGRESQL),
        ("mysql", ["mysql"], MYSQL),
        ("rabbitmq", ["rabbitmq"], RABBITMQ),
        ("jvm", ["jvm"], JVM),
    ],
)
def test_the_lines_of_an_exporter_are_right(source_of, page, services, expected):
    source = source_of(**{page: page})
    adoption = adopt(source, load_catalogue(), AT, 3600.0)
    found = {
        one.name: (one.role, one.unit, one.good, source.instant(one.over("5m"), AT)[0].value)
        for one in adoption.mapped.signals
    }
    assert found == expected
    assert list(adoption.mapped.services) == services
    assert adoption.proposals.proposals == []
    assert adoption.unknown == []


def test_a_slave_of_an_older_mysql_is_a_replica_too(adopted):
    (lag,) = [one for one in adopted(any="exporters").mapped.signals if one.name == "mysql_replica_lag"]
    assert "seconds_behind_master" in lag.query


def test_series_of_what_breaks_things_on_purpose_are_marked(source_of):
    told = adopt(source_of(**{"chaos-shop": "jvm", "shop": "jvm"}), load_catalogue(), AT, 86_400.0).mapped
    marked = {signal.service for signal in told.signals if signal.injects}
    assert marked == {signal.service for signal in told.signals if "chaos" in signal.service} != set()
