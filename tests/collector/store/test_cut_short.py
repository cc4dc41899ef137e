import os
import sqlite3
from contextlib import closing

import pytest

from collector.store.cut_short import Extent, extent_of, missing_pages


@pytest.fixture
def path(tmp_path):
    with closing(sqlite3.connect(tmp_path / "some.db")) as connection:
        connection.execute("PRAGMA page_size=1024")
        connection.execute("CREATE TABLE t (a BLOB)")
        connection.execute("INSERT INTO t VALUES (zeroblob(20000))")
        connection.commit()
    return tmp_path / "some.db"


def test_a_whole_file_lacks_no_page(path):
    assert extent_of(path.read_bytes()) == Extent(path.stat().st_size // 1024, 1024)
    assert missing_pages(path) is None


@pytest.mark.parametrize(("cut_bytes", "missing"), [(1024, 1), (5 * 1024, 5), (1, 1), (1500, 2)])
def test_pages_that_are_cut_off_are_counted(path, cut_bytes, missing):
    os.truncate(path, path.stat().st_size - cut_bytes)
    found, extent = missing_pages(path)
    assert (found, extent.page_bytes) == (missing, 1024)


@pytest.mark.parametrize(
    ("place", "data"),
    [(92, b"\xff\xff\xff\xff"), (16, b"\x03\x00"), (28, bytes(4)), (0, b"prose")],
    ids=["the count is of an older change", "no page size", "no pages", "no SQLite"],
)
def test_a_header_that_says_nothing_is_not_believed(path, place, data):
    header = bytearray(path.read_bytes()[:100])
    header[place : place + len(data)] = data
    assert extent_of(bytes(header)) is None


def test_the_largest_page_size_is_spelled_as_one(path):
    header = bytearray(path.read_bytes()[:100])
    header[16:18] = b"\x00\x01"
    assert extent_of(bytes(header)).page_bytes == 65536


def test_a_file_without_a_whole_header_says_nothing(path):
    assert extent_of(path.read_bytes()[:99]) is None
