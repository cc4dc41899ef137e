import asyncio

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from commerce_app.order.commit import commit, is_refusal
from commerce_app.resilience.deadline import deadline


def database_error(sqlstate):
    """As SQLAlchemy raises it; without a code it is the driver's own."""
    cause = Exception("gone")
    cause.sqlstate = sqlstate
    return DBAPIError("COMMIT", None, cause)


class SlowConnection:
    async def commit(self):
        for _ in range(10):
            await asyncio.sleep(0)


async def test_the_deadline_of_the_work_before_does_not_cut_it_short():
    async with deadline(0) as limit:
        await commit(SlowConnection(), limit, seconds=60)
    assert limit.when() is None


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
