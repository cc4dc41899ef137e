import asyncpg
import pytest

from commerce_app.faults.errors import FaultError
from commerce_app.faults.sql import execute

CONFLICT = asyncpg.SerializationError("canceling statement due to conflict with recovery")


class FakeConnection:
    """Fails as often as it is told, then runs what it is given."""

    def __init__(self, failures):
        self.failures = list(failures)
        self.ran = []
        self.is_open = True

    async def connect(self, _url, **_options):
        return self

    async def execute(self, statement, **_options):
        if self.failures:
            raise self.failures.pop()
        self.ran.append(statement)

    def terminate(self):
        self.is_open = False


def test_what_the_replay_cancelled_is_run_again():
    replica = FakeConnection([CONFLICT, CONFLICT])
    execute("postgresql://", "SELECT 1", "SELECT 2", connect=replica.connect)
    assert (replica.ran, replica.is_open) == (["SELECT 1", "SELECT 2"], False)


@pytest.mark.parametrize("failures", [[CONFLICT] * 5, [asyncpg.UndefinedFunctionError("no such function")]])
def test_what_fails_on_says_so(failures):
    replica = FakeConnection(failures)
    with pytest.raises(FaultError, match=r"^SELECT 1: (canceling|no such)"):
        execute("postgresql://", "SELECT 1", connect=replica.connect)
    assert not replica.is_open
