import sqlite3

import psycopg
import pytest
import sqlalchemy as sa

from collector.store.faults import StoreDamagedError, cannot_store, is_damage, reason_of


def driver_error(cause):
    return sa.exc.OperationalError("INSERT INTO rows", {"samples": b"secret"}, cause)


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (psycopg.errors.DiskFull("could not extend file\nHINT:  Check free disk space."), "disk is full"),
        (
            psycopg.OperationalError("connection failed: refused\n\tIs the server running?"),
            "connection failed: refused",
        ),
        (
            psycopg.OperationalError("All failures were:\n- host: 'a'\n- host: 'b'"),
            "All failures were: - host: 'a' - host: 'b'",
        ),
        (psycopg.OperationalError(), ""),
        (sqlite3.OperationalError("database is locked"), "database is locked"),
    ],
)
def test_a_reason_is_one_line_without_sql(cause, said):
    assert reason_of(driver_error(cause)) == said


@pytest.mark.parametrize(
    ("cause", "damage"),
    [
        (psycopg.errors.DataCorrupted("invalid page"), True),
        (psycopg.errors.IndexCorrupted("not in index"), True),
        (psycopg.errors.DiskFull("full"), False),
        (sqlite3.OperationalError("Could not decode to UTF-8 column"), True),
        (sqlite3.OperationalError("database is locked"), False),
    ],
)
def test_damage_is_told_from_other_failures(cause, damage):
    assert is_damage(driver_error(cause)) is damage


def test_a_restart_is_only_promised_to_repair_a_file():
    told = cannot_store(driver_error(psycopg.errors.DataCorrupted("invalid page")))
    assert (type(told) is StoreDamagedError, str(told)) == (False, "samples cannot be stored: invalid page")
