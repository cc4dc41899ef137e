import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from commerce_app.database.outcome import is_refusal, outcome
from commerce_app.errors import UnknownOutcomeError


def database_error(sqlstate, cause=None):
    """As SQLAlchemy raises it; without a code it is the driver's own."""
    wrapped = Exception("gone")
    wrapped.sqlstate = sqlstate
    wrapped.__cause__ = cause
    return DBAPIError("COMMIT", None, wrapped)


async def fail(error):
    raise error


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (database_error(asyncpg.SerializationError.sqlstate), True),
        (database_error(asyncpg.ForeignKeyViolationError.sqlstate), True),
        (database_error(asyncpg.ConnectionDoesNotExistError.sqlstate), False),
        (database_error(asyncpg.AdminShutdownError.sqlstate), False),
        (database_error(None), False),
        (database_error(None, asyncpg.InterfaceError("connection is closed")), True),
        (InvalidRequestError("closed"), False),
        (ConnectionResetError(), False),
    ],
)
def test_only_the_server_refuses_or_who_was_not_asked(error, refused):
    assert is_refusal(error) is refused


async def test_a_refusal_is_raised_as_it_is():
    error = database_error(asyncpg.ForeignKeyViolationError.sqlstate)
    with pytest.raises(DBAPIError):
        await outcome(fail(error), "the charge may have been made")


async def test_silence_is_told_in_words():
    with pytest.raises(UnknownOutcomeError, match="the charge may have been made or not"):
        await outcome(fail(ConnectionResetError()), "the charge may have been made")
