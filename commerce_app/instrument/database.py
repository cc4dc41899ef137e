"""Measures SQLAlchemy engines: statements by its events, waiting for a connection in its pool."""

import time

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.engine.interfaces import ExecutionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, QueuePool

from commerce_app.database.statements import name_of
from commerce_app.metrics import Metrics


def measured_pool(metrics: Metrics, name: str) -> type[AsyncAdaptedQueuePool]:
    """A pool class whose waiting and timeouts are counted under ``name``.

    A class, not an instance, because SQLAlchemy makes the pool, and makes it anew on disposal.
    """
    pending = metrics.pool_pending.labels(name)
    timeouts = metrics.pool_timeouts.labels(name)
    wait_seconds = metrics.pool_wait_seconds.labels(name)

    class MeasuredPool(AsyncAdaptedQueuePool):
        def _do_get(self) -> ConnectionPoolEntry:
            started = time.perf_counter()
            pending.inc()
            try:
                return super()._do_get()
            except PoolTimeoutError:
                timeouts.inc()
                raise
            finally:
                pending.dec()
                wait_seconds.observe(time.perf_counter() - started)

    return MeasuredPool


def measure_engine(engine: AsyncEngine, metrics: Metrics, server: str, slow_seconds: float) -> None:
    """Count statements, their time and errors, and the connections of the pool."""
    _measure_statements(engine, metrics, server, slow_seconds)
    measure_pool(engine, metrics, server)


def measure_pool(engine: AsyncEngine, metrics: Metrics, name: str) -> None:
    """Count the connections of the pool, and how long they are held."""
    _measure_use(engine, metrics, name)
    pool = engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    metrics.pool_max.labels(name).set(pool.size())
    metrics.pool_connections.labels(name, "used").set_function(pool.checkedout)
    metrics.pool_connections.labels(name, "idle").set_function(pool.checkedin)


def _measure_statements(engine: AsyncEngine, metrics: Metrics, server: str, slow_seconds: float) -> None:
    def observe(
        connection: Connection, statement: str, context: ExecutionContext | None, error_type: str
    ) -> None:
        elapsed = time.perf_counter() - connection.info.pop("started", time.perf_counter())
        operation = statement.split(None, 1)[0].upper()
        metrics.operation_seconds.labels("postgresql", operation, error_type, server).observe(elapsed)
        if elapsed > slow_seconds:
            metrics.slow_queries.labels(server, name_of(context)).inc()

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def begin(connection: Connection, *_: object) -> None:
        connection.info["started"] = time.perf_counter()

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def end(
        connection: Connection,
        _cursor: object,
        statement: str,
        _parameters: object,
        context: ExecutionContext | None,
        _many: bool,
    ) -> None:
        observe(connection, statement, context, "")

    @event.listens_for(engine.sync_engine, "handle_error")
    def fail(context: ExceptionContext) -> None:
        if context.connection is not None and context.statement and not context.connection.invalidated:
            failure = error_type(context.original_exception)
            observe(context.connection, context.statement, context.execution_context, failure)


def _measure_use(engine: AsyncEngine, metrics: Metrics, server: str) -> None:
    use_seconds = metrics.pool_use_seconds.labels(server)

    @event.listens_for(engine.sync_engine, "checkout")
    def take(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        record.info["taken"] = time.perf_counter()

    @event.listens_for(engine.sync_engine, "checkin")
    def give_back(_connection: object, record: ConnectionPoolEntry) -> None:
        taken = record.info.pop("taken", None)
        if taken is not None:
            use_seconds.observe(time.perf_counter() - taken)


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's error code, also where SQLAlchemy's adapter wrapped the driver's error."""
    found: str | None = getattr(error, "sqlstate", None)
    return found


def unique_violation(error: DBAPIError) -> bool:
    """Whether a row was there already."""
    return error.orig is not None and sqlstate(error.orig) == asyncpg.UniqueViolationError.sqlstate


def lock_not_available(error: DBAPIError) -> bool:
    """Whether a statement gave up waiting for a lock."""
    return error.orig is not None and sqlstate(error.orig) == asyncpg.LockNotAvailableError.sqlstate


def gave_up_entering(error: DBAPIError, index: str) -> bool:
    """Whether a statement gave up waiting for one, not yet committed, that entered the same into an index."""
    cause = error.orig.__cause__ if error.orig is not None else None
    # In whatever language the server tells where it was, the name is in it.
    return lock_not_available(error) and index in (getattr(cause, "context", None) or "")


def passes(error: Exception) -> bool:
    """Whether the same statement may succeed at once on another connection: this one broke, or lost a race.

    Not what took too long: asking again would only add to it.
    """
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    races = {asyncpg.SerializationError.sqlstate, asyncpg.DeadlockDetectedError.sqlstate}
    return error_type(cause) == "connection" or sqlstate(cause) in races


def blames_caller(error: Exception) -> bool:
    """Whether the values of a statement were wrong: out of range, or against a constraint.

    So says the server (classes 22 and 23 of SQLSTATE), or the driver before it asks.
    """
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return (sqlstate(cause) or "").startswith(("22", "23"))


def error_type(error: BaseException) -> str:
    """The label of a failed statement: timeout, connection or other."""
    if sqlstate(error) in {
        asyncpg.LockNotAvailableError.sqlstate,
        asyncpg.QueryCanceledError.sqlstate,
    } or isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, OSError) or (sqlstate(error) or "").startswith(("08", "57P")):
        return "connection"
    return "other"
