from dataclasses import replace

from prometheus_client.core import Metric

from commerce_app.stack.postgres_figures import STATISTICS, PostgresFigures, postgres_metrics
from commerce_app.stack.redis_figures import COUNTERS, GAUGES, redis_metrics
from commerce_app.stack.server_figures import ServerFigures

FIGURES = PostgresFigures(
    datname="shop",
    is_replica=True,
    lag_seconds=1.5,
    max_connections=120,
    started_at=1756000000.0,
    sessions={"active": 3},
    oldest_seconds={"active": 0.25},
    waiting=2,
    locks={"rowexclusivelock": 4},
    statistics=dict.fromkeys((*STATISTICS, "datid"), 7),
)


def values(metrics: list[Metric]):
    return {
        (sample.name, *sample.labels.values()): sample.value
        for metric in metrics
        for sample in metric.samples
    }


def test_a_servers_figures_have_its_name():
    found = values(postgres_metrics({"replica": FIGURES}))
    assert found["pg_replication_lag_seconds", "replica"] == 1.5
    assert found["pg_replication_is_replica", "replica"] == 1
    assert found["pg_postmaster_start_time_seconds", "replica"] == 1756000000.0
    assert found["pg_stat_activity_count", "replica", "shop", "active"] == 3
    assert found["pg_stat_activity_max_tx_duration", "replica", "shop", "active"] == 0.25
    assert found["db_sessions_waiting_for_lock", "replica", "shop"] == 2
    assert found["pg_locks_count", "replica", "shop", "rowexclusivelock"] == 4
    assert found["pg_stat_database_deadlocks", "replica", "7", "shop"] == 7


def test_statements_are_told_by_their_numbers():
    statement = {
        "user": "shop",
        "queryid": "-42",
        "calls_total": 3.0,
        "seconds_total": 0.5,
        "rows_total": 9.0,
    }
    found = values(postgres_metrics({"primary": replace(FIGURES, statements=[statement])}))
    assert found["pg_stat_statements_calls_total", "primary", "shop", "shop", "-42"] == 3
    assert found["pg_stat_statements_seconds_total", "primary", "shop", "shop", "-42"] == 0.5


def test_what_there_is_none_of_is_zero():
    found = values(postgres_metrics({"replica": FIGURES}))
    assert found["pg_stat_activity_count", "replica", "shop", "idle in transaction"] == 0
    assert found["pg_locks_count", "replica", "shop", "accessexclusivelock"] == 0


def test_a_server_that_does_not_answer_is_down_and_says_nothing_else():
    found = values(postgres_metrics({"primary": None, "replica": FIGURES}))
    assert {key for key in found if key[1] == "primary"} == {("pg_up", "primary")}
    assert (found["pg_up", "primary"], found["pg_up", "replica"]) == (0, 1)


def test_a_metric_is_told_once_for_all_servers():
    names = [metric.name for metric in postgres_metrics({"primary": FIGURES, "replica": FIGURES})]
    assert len(names) == len(set(names))


def test_redis_time_is_in_seconds_by_command():
    info = dict.fromkeys([*COUNTERS.values(), *GAUGES.values()], 5)
    found = values(
        redis_metrics({**info, "cmdstat_get": {"calls": 4, "usec": 2_500_000}, "db0": {"keys": 9}})
    )
    assert found["redis_commands_total", "get"] == 4
    assert found["redis_commands_duration_seconds_total", "get"] == 2.5
    assert found["redis_db_keys", "db0"] == 9
    assert found["redis_keyspace_hits_total",] == 5


def test_redis_that_does_not_answer_is_down():
    assert values(redis_metrics(None)) == {("redis_up",): 0}


def test_servers_that_are_not_named_are_not_spoken_of():
    assert values(ServerFigures({}).collect()) == {}


async def test_servers_that_are_gone_hold_nothing_up():
    gone = {"DATABASE_URL": "postgresql://shop@127.0.0.1:1/shop", "REDIS_URL": "redis://127.0.0.1:1/0"}
    figures = ServerFigures(gone)
    await figures.look()
    assert values(figures.collect()) == {("pg_up", "primary"): 0, ("redis_up",): 0}
