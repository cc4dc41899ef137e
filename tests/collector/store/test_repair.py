import os
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from collector.embedded import EmbeddedQuerier
from collector.errors import ConfigError
from collector.labels import METRIC_NAME, Labels, Matcher, MatchOp
from collector.store.batches import Batch, Points, Row
from collector.store.durable import SampleStore
from collector.store.head import ROWS_PER_HEAD

ALL = [Matcher(METRIC_NAME, MatchOp.NOT_EQUAL, "")]
PAGE_BYTES = 4096


def batch(store, at_ms, stream="shop", series=20):
    ids = [store.series_id(Labels({METRIC_NAME: "m", "i": str(n), "job": stream})) for n in range(series)]
    return Batch([Row(stream, at_ms, np.array(ids), np.random.default_rng(at_ms).random(series))])


def fill(store):
    """Two streams, the first with a block and an open head, and points."""
    for span in (range(ROWS_PER_HEAD), range(ROWS_PER_HEAD, ROWS_PER_HEAD + 60)):
        store.write([batch(store, at_ms) for at_ms in span])
        if not store.counters.cut_blocks:
            store.seal()
    store.write([batch(store, at_ms, "stack", 3) for at_ms in range(ROWS_PER_HEAD + 60)])
    number = store.series_id(Labels({METRIC_NAME: "timed"}))
    store.write([Batch(points=[Points(np.full(5, number), np.arange(5), np.ones(5))])])
    store.close()


@pytest.fixture
def filled(home):
    fill(home.open())
    return home


@pytest.fixture
def filled_file(sqlite_home):
    fill(sqlite_home.open())
    return sqlite_home


@pytest.fixture
def folder(filled_file):
    return filled_file.folder


def counts(store):
    """Samples by job."""
    found = {}
    for group in store.select(ALL, -(2**60), 2**60):
        for labels in group.labels:
            job = labels.get("job") or labels.metric
            found[job] = found.get(job, 0) + len(group.times)
    return found


SOUND = {"shop": (ROWS_PER_HEAD + 60) * 20, "stack": (ROWS_PER_HEAD + 60) * 3, "timed": 5}


@pytest.mark.parametrize(
    ("statement", "kept", "said"),
    [
        (
            "UPDATE rows SET samples = x'00' WHERE stream_id = 1 AND at_ms = 250",
            {"shop": 5980},
            "1 of rows ({__",
        ),
        ("UPDATE points SET samples = x'0000'", {"timed": 0}, "1 of points"),
        ("UPDATE blocks SET series = x'00'", {"shop": 1200}, "1 of blocks, from 1970-01-01T00:00:00+00:00"),
        ("UPDATE layouts SET series = 'text' WHERE stream_id = 2", {"stack": 0}, "1 of layouts"),
        (
            "UPDATE series SET labels = '{' WHERE id = 20",
            {"stack": 600, "fireline_lost_series": 300},
            "1 of series",
        ),
    ],
)
def test_what_cannot_be_decoded_is_left_behind_and_named(filled, caplog, statement, kept, said):
    filled.change(statement)
    assert_repaired(filled, caplog, kept, said)


@pytest.mark.parametrize(
    ("statement", "kept", "said"),
    [
        ("UPDATE streams SET name = CAST(x'ff' AS TEXT) WHERE id = 1", {"shop": 4800}, "part of streams"),
        ("DELETE FROM layouts WHERE stream_id = 1", {"shop": 4800}, "60 of rows"),
    ],
)
def test_what_only_a_file_can_hold_is_left_behind_and_named(filled_file, caplog, statement, kept, said):
    filled_file.change(statement)
    assert_repaired(filled_file, caplog, kept, said)


def assert_repaired(home, caplog, kept, said):
    store = home.open()
    assert counts(store) == {job: n for job, n in {**SOUND, **kept}.items() if n}
    (record,) = caplog.records
    assert said in record.getMessage()
    assert "\n" not in record.getMessage()
    assert (store.counters.repairs, home.has_set_aside) == (1, True)
    store.close()


def test_a_repaired_store_goes_on(filled):
    filled.change("UPDATE series SET labels = '{' WHERE id > 20")
    store = filled.open()
    for stream in ("shop", "stack"):
        store.write([batch(store, at_ms, stream) for at_ms in range(1000, 1000 + ROWS_PER_HEAD)])
    store.seal()
    before = counts(store)
    store = filled.reopened(store)
    assert (counts(store), store.counters.repairs) == (before, 0)
    assert before["stack"] == 300 + 20 * ROWS_PER_HEAD
    store.close()


@pytest.mark.parametrize("filling", [bytes(PAGE_BYTES), os.urandom(PAGE_BYTES)], ids=["zeros", "noise"])
@pytest.mark.parametrize("place", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_pages_overwritten_in_the_middle_of_the_file_cost_what_was_in_them(folder, place, filling):
    path = folder / "samples.db"
    page = round(place * path.stat().st_size / PAGE_BYTES)
    with path.open("r+b") as file:
        file.seek(page * PAGE_BYTES)
        file.write(filling)
    store = SampleStore(folder)
    store.write([batch(store, 100_000)])
    left = counts(store)
    store.close()
    store = SampleStore(folder)
    assert counts(store) == left
    assert sum(left.values()) > 1000
    store.close()


@pytest.mark.parametrize(("cut_pages", "least_kept"), [(1, 9), (30, 5)])
def test_a_file_that_is_cut_short_costs_what_was_in_its_last_pages(tmp_path, caplog, cut_pages, least_kept):
    store = SampleStore(tmp_path)
    for first in range(0, 10 * ROWS_PER_HEAD, ROWS_PER_HEAD):
        store.write([batch(store, at_ms) for at_ms in range(first, first + ROWS_PER_HEAD)])
        store.seal()
    store.close()
    path = tmp_path / "samples.db"
    pages = path.stat().st_size // PAGE_BYTES
    os.truncate(path, (pages - cut_pages) * PAGE_BYTES)
    cut_short = path.read_bytes()
    with closing(SampleStore(tmp_path)) as store:
        left = counts(store)
    assert least_kept * ROWS_PER_HEAD * 20 <= left["shop"] < 10 * ROWS_PER_HEAD * 20
    (record,) = caplog.records
    assert f"lost: the last {cut_pages} of {pages} pages of the file, 1 " in record.getMessage()
    assert (tmp_path / "samples.db.damaged-1").read_bytes() == cut_short
    assert not (tmp_path / "repairing").exists()
    with closing(SampleStore(tmp_path)) as store:
        assert (counts(store), store.counters.repairs) == (left, 0)


def test_a_block_that_a_query_cannot_read_is_left_out_and_logged_once(filled, caplog):
    zeros = "000000000000000000"
    filled.change(f"UPDATE blocks SET data = substr(data, 1, length(data) - 9) || x'{zeros}'")
    store = filled.open()
    assert [counts(store) for _ in range(2)] == [{**SOUND, "shop": 1200}] * 2
    assert store.damaged_blocks == 1
    (record,) = caplog.records
    place = filled.place
    assert f"block 1 of {place} is damaged and left out: 4800 samples of 20 series" in record.getMessage()
    store.close()


def test_damage_that_a_commit_finds_is_repaired_at_the_next_start(folder):
    store = SampleStore(folder)
    (folder / "samples.db.repair").touch()
    store.close()
    store = SampleStore(folder)
    assert (store.counters.repairs, counts(store)) == (1, SOUND)
    assert not (folder / "samples.db.repair").exists()
    store.close()


def test_a_file_that_is_no_database_stays_as_it_is(tmp_path):
    path = tmp_path / "samples.db"
    path.write_text("prose " * 1000)
    with pytest.raises(
        ConfigError, match=r"samples\.db: file is not a database: expected samples of Fireline"
    ):
        SampleStore(tmp_path)
    assert path.read_text().startswith("prose")


def test_a_schema_that_lost_a_name_is_repaired(tmp_path):
    with closing(SampleStore(tmp_path)) as store:
        fill(store)
        expected = sum(group.values.size for group in store.select(ALL, 0, 10**6))
    path = tmp_path / "samples.db"
    content = path.read_bytes()
    assert b"labels BLOB" in content
    path.write_bytes(content.replace(b"labels BLOB", b"label3 BLOB", 1))
    with closing(SampleStore(tmp_path)) as store:
        assert store.counters.repairs == 1
        assert sum(group.values.size for group in store.select(ALL, 0, 10**6)) == expected


def test_two_series_that_became_equal_are_one(tmp_path, caplog):
    with closing(SampleStore(tmp_path)) as store:
        fill(store)
    with closing(sqlite3.connect(tmp_path / "samples.db")) as connection, connection:
        one, other = connection.execute("SELECT id, labels FROM series ORDER BY id LIMIT 2").fetchall()
        connection.execute("UPDATE series SET labels = ? WHERE id = ?", (one[1], other[0]))
    with closing(SampleStore(tmp_path)) as store:
        assert len(EmbeddedQuerier(store).instant("m", 0.1)) == 22
    assert "samples.db: two series are m{" in caplog.text
