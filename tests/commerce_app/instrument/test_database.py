import asyncpg
import pytest

from commerce_app.instrument.database import error_type


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
