import logging

import pytest

from alerts.errors import DamagedError, StorageError
from alerts.readiness import CHECK_SECONDS, WriteCheck
from collector.clock import ManualClock


class FakeDatabase:
    def __init__(self):
        self.touched = 0
        self.error = None

    def touch(self):
        self.touched += 1
        if self.error:
            raise self.error


@pytest.fixture
def database():
    return FakeDatabase()


def test_write_is_tried_every_ten_seconds(database):
    clock = ManualClock(100.0)
    check = WriteCheck(database, clock)
    for seconds in (0, CHECK_SECONDS - 1, 1):
        clock.advance(seconds)
        check.step()
    assert database.touched == 2


def test_clock_that_is_put_back_holds_up_no_check(database):
    clock = ManualClock(100.0)
    check = WriteCheck(database, clock)
    for at in (100.0, 50.0, 55.0):
        clock.at = at
        check.step()
    assert database.touched == 2


def test_problem_lasts_until_a_write_works(database, caplog):
    clock = ManualClock()
    check = WriteCheck(database, clock)
    problems = []
    with caplog.at_level(logging.WARNING):
        for error in (None, StorageError("disk full"), StorageError("disk full"), None):
            database.error = error
            check.step()
            clock.advance(CHECK_SECONDS)
            problems.append(check.problem)
    assert problems == ["", "disk full", "disk full", ""]
    assert [record.message for record in caplog.records] == [
        "pages are told without a record: disk full",
        "incidents can be written again",
    ]


def test_damage_lasts_though_a_write_works(database):
    check = WriteCheck(database, ManualClock())
    check.failed(DamagedError("malformed"))
    check.step()
    assert (check.problem, database.touched) == ("malformed", 1)


def test_touching_writes(world):
    world.app.database.touch()
    with world.app.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM incidents_schema_version").scalar() == 1
