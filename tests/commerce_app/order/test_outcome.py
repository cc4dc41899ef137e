import asyncio

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from commerce_app.errors import UnknownOutcomeError
from commerce_app.order.outcome import is_refusal, outcome
from commerce_app.resilience.deadline import deadline


def database_error(sqlstate):
    """As SQLAlchemy raises it; without a code it is the driver's own."""
    cause = Exception("gone")
    cause.sqlstate = sqlstate
    return DBAPIError("COMMIT", None, cause)


async def slow_step():
    for _ in range(10):
        await asyncio.sleep(0)
    return "confirmed"


async def test_the_deadline_of_the_work_before_does_not_cut_it_short():
    async with deadline(0) as limit:
        assert await outcome(slow_step(), limit, seconds=60) == "confirmed"
    assert limit.when() is None


async def test_its_own_time_leaves_it_unknown():
    async with deadline(60) as limit:
        with pytest.raises(UnknownOutcomeError):
            await outcome(asyncio.Event().wait(), limit, seconds=0.001)


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (database_error(asyncpg.SerializationError.sqlstate), True),
        (database_error(asyncpg.ForeignKeyViolationError.sqlstate), True),
        (database_error(asyncpg.ConnectionDoesNotExistError.sqlstate), False),
        (database_error(asyncpg.AdminShutdownError.sqlstate), False),
        (database_error(None), False),
        (InvalidRequestError("closed"), False),
        (ConnectionResetError(), False),
    ],
)
def test_only_the_server_refuses(error, refused):
    assert is_refusal(error) is refused
