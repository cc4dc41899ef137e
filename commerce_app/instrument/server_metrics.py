"""The metrics of the servers behind the shop, as their client sees them: databases, Redis, pools."""

from commerce_app.database.routing import ROUTES as READ_ROUTES
from commerce_app.database.statements import Statement
from commerce_app.instrument.instruments import OPERATION_BUCKETS, Instruments
from commerce_app.instrument.label_values import OPERATION_ERRORS, OPERATIONS, POOLS, REDIS_ERRORS


class ServerMetrics(Instruments):
    """One half of ``Metrics``; the other is what the shop itself does."""

    def __init__(self) -> None:
        super().__init__()
        self._replication()
        self._operations()
        self._pools()

    def _replication(self) -> None:
        self.replication_lag_seconds = self._gauge(
            "pg_replication_lag_seconds",
            "How far the replica's replay is behind; NaN when it cannot be asked.",
        )
        self.replica_behind_seconds = self._gauge(
            "db_replica_behind_seconds",
            "How old what the replica shows is against the primary; NaN when the replica cannot be asked.",
        )
        self.reads = self._counter(
            "db_reads_total", "Reads by the server they went to and why.", ("target", "reason")
        )
        for route in READ_ROUTES:
            self.reads.labels(route.target, route.reason)

    def _operations(self) -> None:
        self.operation_seconds = self._histogram(
            "db_client_operation_duration_seconds", "Time of one database operation.",
            ("db_system_name", "db_operation_name", "error_type", "server"), OPERATION_BUCKETS,
        )  # fmt: skip
        for system, operation, server in OPERATIONS:
            for error_type in OPERATION_ERRORS:
                self.operation_seconds.labels(system, operation, error_type, server)
        self.slow_queries = self._counter(
            "db_slow_queries_total", "Statements that took too long.", ("server", "operation")
        )
        for server in ("primary", "replica"):
            for statement in Statement:
                self.slow_queries.labels(server, statement)
        self.redis_errors = self._counter(
            "redis_client_errors_total", "Failed attempts as the Redis client saw them.", ("error_type",)
        )
        for error_type in REDIS_ERRORS:
            self.redis_errors.labels(error_type)
        self.redis_retries = self._counter(
            "redis_client_retries_total", "Attempts after the first, of commands and connects."
        )

    def _pools(self) -> None:
        pool = ("db_client_connection_pool_name",)
        self.pool_connections = self._gauge(
            "db_client_connection_count", "Connections by state.", (*pool, "db_client_connection_state")
        )
        self.pool_max = self._gauge("db_client_connection_max", "Connections allowed.", pool)
        self.pool_pending = self._gauge(
            "db_client_connection_pending_requests", "Requests that wait for a connection.", pool
        )
        self.pool_timeouts = self._counter(
            "db_client_connection_timeouts_total", "Requests that got no connection.", pool
        )
        self.pool_wait_seconds = self._histogram(
            "db_client_connection_wait_time_seconds", "Time to get a connection.", pool, OPERATION_BUCKETS
        )
        self.pool_use_seconds = self._histogram(
            "db_client_connection_use_time_seconds", "Time a connection was held.", pool, OPERATION_BUCKETS
        )
        for name in POOLS:
            for state in ("idle", "used"):
                self.pool_connections.labels(name, state)
            self.pool_max.labels(name)
            self.pool_pending.labels(name)
            self.pool_timeouts.labels(name)
            self.pool_wait_seconds.labels(name)
            self.pool_use_seconds.labels(name)
