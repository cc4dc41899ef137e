import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from commerce_app.instrument.database import blames_caller, error_type, passes


@pytest.mark.parametrize(
    ("error", "label"),
    [
        (asyncpg.LockNotAvailableError(), "timeout"),
        (asyncpg.QueryCanceledError(), "timeout"),
        (TimeoutError(), "timeout"),
        (ConnectionRefusedError(), "connection"),
        (asyncpg.AdminShutdownError(), "connection"),
        (asyncpg.ConnectionDoesNotExistError(), "connection"),
        (asyncpg.UniqueViolationError(), "other"),
    ],
)
def test_error_types(error, label):
    assert error_type(error) == label


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectionResetError(), True),
        (DBAPIError("SELECT 1", {}, asyncpg.AdminShutdownError()), True),
        (DBAPIError("SELECT 1", {}, asyncpg.SerializationError()), True),
        (DBAPIError("SELECT 1", {}, asyncpg.InterfaceError("closed"), connection_invalidated=True), True),
        (DBAPIError("SELECT 1", {}, asyncpg.InterfaceError("misused")), False),
        (DBAPIError("SELECT 1", {}, asyncpg.QueryCanceledError()), False),
        (DBAPIError("SELECT 1", {}, asyncpg.UndefinedTableError()), False),
        (PoolTimeoutError(), False),
        (TimeoutError(), False),
        (ValueError(), False),
    ],
)
def test_only_what_was_lost_by_chance_passes(error, expected):
    assert passes(error) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DBAPIError("SELECT 1", {}, asyncpg.NumericValueOutOfRangeError()), True),
        (DBAPIError("SELECT 1", {}, asyncpg.ForeignKeyViolationError()), True),
        (asyncpg.DataError("value out of int32 range"), True),
        (DBAPIError("SELECT 1", {}, asyncpg.UndefinedTableError()), False),
        (DBAPIError("SELECT 1", {}, asyncpg.AdminShutdownError()), False),
        (PoolTimeoutError(), False),
        (ConnectionResetError(), False),
    ],
)
def test_wrong_values_are_no_fault_of_the_server(error, expected):
    assert blames_caller(error) is expected
