import numpy as np
import pytest
import sqlalchemy as sa

from collector.errors import ConfigError, StoreError
from collector.labels import METRIC_NAME, Labels, Matcher, MatchOp
from collector.series import STALE_NAN
from collector.store.batches import Batch, Points, Row
from collector.store.columns import Column
from collector.store.durable import SampleStore
from collector.store.head import ROWS_PER_HEAD
from tests.collector.full_disk import FullDisk

ALL = [Matcher(METRIC_NAME, MatchOp.NOT_EQUAL, "")]
FOREVER = (-(2**60), 2**60)


def labels(number):
    return Labels({METRIC_NAME: "m", "i": str(number)})


@pytest.fixture
def store(home):
    store = home.open(out_of_order_seconds=10.0)
    yield store
    store.close()


@pytest.fixture
def file_store(sqlite_home):
    store = sqlite_home.open(out_of_order_seconds=10.0)
    yield store
    store.close()


def row(store, at_ms, samples, stream="target"):
    ids = np.array([store.series_id(labels(n)) for n in samples], np.int64)
    return Batch([Row(stream, at_ms, ids, np.array(list(samples.values()), np.float64))])


def points(store, number, times, values):
    ids = np.full(len(times), store.series_id(labels(number)))
    return Batch(points=[Points(ids, np.array(times, np.int64), np.array(values, np.float64))])


def contents(source, start=FOREVER[0], end=FOREVER[1], matchers=ALL):
    """Every series' samples, bits and all, and proof that each series is in one group only."""
    found = {}
    for group in source.select(matchers, start, end):
        assert (np.diff(group.times) > 0).all()
        for one, values in zip(group.labels, group.values, strict=True):
            assert one not in found
            found[one] = list(zip(group.times.tolist(), values.view(np.uint64).tolist(), strict=True))
    return found


def samples(source, number, **window):
    bits = contents(source, **window).get(labels(number), [])
    return [(at, float(np.array([value], np.uint64).view(np.float64)[0])) for at, value in bits]


def reopened(store, home):
    return home.reopened(store, out_of_order_seconds=10.0)


def test_rows_of_a_stream_are_read_back_together(store):
    store.write([row(store, 1, {0: 1.0, 1: 2.0}), row(store, 2, {0: 3.0, 1: 4.0})])
    (group,) = store.select(ALL, *FOREVER)
    assert group.times.tolist() == [1, 2]
    assert group.values.tolist() == [[1.0, 3.0], [2.0, 4.0]]


def test_the_interval_is_closed_at_both_ends(store):
    for at in range(5):
        store.write([row(store, at, {0: at})])
    assert samples(store, 0, start=1, end=3) == [(1, 1.0), (2, 2.0), (3, 3.0)]


def test_series_that_come_and_go_have_samples_only_where_they_were(store):
    store.write([row(store, 1, {0: 1.0})])
    store.write([row(store, 2, {0: 1.0, 1: 2.0})])
    store.write([row(store, 3, {1: 3.0})])
    store.write([row(store, 4, {1: 4.0, 0: 5.0})])
    assert samples(store, 0) == [(1, 1.0), (2, 1.0), (4, 5.0)]
    assert samples(store, 1) == [(2, 2.0), (3, 3.0), (4, 4.0)]


def test_a_restart_reads_everything_back(store, home):
    for at in range(ROWS_PER_HEAD + 3):
        store.write([row(store, at, {0: at, 1: STALE_NAN if at == 7 else 0.1 * at})])
        store.seal()
    store.write([points(store, 2, [5, 6], [1.5, 2.5])])
    before = contents(store)
    store = reopened(store, home)
    assert contents(store) == before
    store.write([row(store, 10_000, {0: 9.0, 2: 9.0})])
    assert samples(store, 0)[-1] == (10_000, 9.0)
    store.close()


def test_cutting_a_head_changes_nothing_that_a_query_sees(store):
    for at in range(ROWS_PER_HEAD):
        store.write([row(store, at, {n: at * n for n in range(at % 3 + 1)})])
    before = contents(store)
    store.seal()
    assert store.counters.cut_blocks == 1
    assert contents(store) == before


def test_a_head_that_was_not_cut_in_time_goes_on(store, home):
    store.write([row(store, at, {0: at}) for at in range(2 * ROWS_PER_HEAD + 5)])
    assert len(samples(store, 0)) == 2 * ROWS_PER_HEAD + 5
    store = reopened(store, home)
    assert len(samples(store, 0)) == 2 * ROWS_PER_HEAD + 5
    store.close()


def test_a_clock_that_jumps_back_loses_its_rows_counted(store):
    store.write([row(store, 10, {0: 1.0}), row(store, 9, {0: 2.0}), row(store, 10, {0: 3.0})])
    assert samples(store, 0) == [(10, 1.0)]
    assert store.counters.out_of_order == 2


def test_points_inside_the_window_are_put_in_order(store):
    store.write([points(store, 0, [20_000, 12_000, 15_000], [1.0, 2.0, 3.0])])
    assert samples(store, 0) == [(12_000, 2.0), (15_000, 3.0), (20_000, 1.0)]


def test_points_older_than_the_window_are_refused_and_counted(store):
    store.write([points(store, 0, [20_000], [1.0])])
    store.write([points(store, 0, [10_000, 10_001], [2.0, 3.0])])
    assert samples(store, 0) == [(10_001, 3.0), (20_000, 1.0)]
    assert store.counters.too_old == 1


def test_a_series_in_a_stream_and_in_an_import_is_one(store):
    store.write([row(store, 100, {0: 1.0, 1: 1.0})])
    with store.importing() as add:
        add([Column(store.series_id(labels(0)), np.array([50, 100, 150]), np.array([7.0, 8.0, 9.0]))])
    assert samples(store, 0) == [(50, 7.0), (100, 1.0), (150, 9.0)]


def test_an_import_that_fails_leaves_nothing(store, home):
    class CutOffError(Exception):
        pass

    def half_an_import():
        with store.importing() as add:
            add([Column(store.series_id(labels(0)), np.array([1, 2]), np.array([7.0, 8.0]))])
            raise CutOffError

    with pytest.raises(CutOffError):
        half_an_import()
    assert contents(store) == {}
    store = reopened(store, home)
    assert contents(store) == {}
    store.close()


def test_dropping_removes_old_blocks_for_good(store, home):
    with store.importing() as add:
        for first in (0, 1000):
            times = np.arange(first, first + 10)
            add([Column(store.series_id(labels(0)), times, np.ones(10))])
    assert store.drop_before(500) == 10
    assert len(samples(store, 0)) == 10
    store = reopened(store, home)
    assert len(samples(store, 0)) == 10
    store.close()


def noisy_blocks(store, blocks, samples_each):
    rng = np.random.default_rng(1)
    with store.importing() as add:
        for block in range(blocks):
            times = np.arange(block * samples_each, (block + 1) * samples_each)
            add([Column(store.series_id(labels(0)), times, rng.random(samples_each))])


def test_dropping_to_a_size_removes_the_oldest_blocks_and_no_more(store):
    noisy_blocks(store, blocks=40, samples_each=5_000)
    with store._engine.connect() as connection:
        full = store._database.used_bytes(connection)
    assert full > 1_000_000
    assert store.drop_to_size(full) == 0
    dropped = store.drop_to_size(full // 2)
    with store._engine.connect() as connection:
        assert full * 0.4 < store._database.used_bytes(connection) <= full // 2
    kept = [at for at, _ in samples(store, 0)]
    assert kept == list(range(dropped, 200_000))


def test_no_blocks_are_dropped_where_there_are_none(store):
    store.write([row(store, 100, {0: 1.0})])
    assert store.drop_to_size(1) == 0
    assert samples(store, 0) == [(100, 1.0)]


def held(store, table):
    with store._engine.connect() as connection:
        return connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar()


def test_retention_drops_the_open_head_of_a_target_that_went_away(store, home):
    store.write([row(store, 100, {0: 1.0}, "gone"), row(store, 900, {1: 1.0}, "here")])
    assert store.drop_before(500) == 1
    assert (samples(store, 0), samples(store, 1)) == ([], [(900, 1.0)])
    assert [held(store, table) for table in ("streams", "rows", "layouts")] == [1, 1, 1]
    store = reopened(store, home)
    assert set(contents(store)) == {labels(1)}
    store.close()


def test_a_target_that_comes_back_after_retention_is_kept_again(store, home):
    store.write([row(store, 100, {0: 1.0})])
    store.drop_before(500)
    store.write([row(store, 900, {0: 2.0})])
    store = reopened(store, home)
    assert samples(store, 0) == [(900, 2.0)]
    store.close()


def test_retention_drops_sealed_blocks_with_their_stream(store):
    store.write([row(store, at, {0: at}) for at in range(ROWS_PER_HEAD)])
    store.seal()
    assert store.drop_before(5000) == ROWS_PER_HEAD
    assert [held(store, table) for table in ("streams", "blocks", "layouts")] == [0, 0, 0]


def test_retention_drops_open_points_that_are_old_and_keeps_the_others(store, home):
    store.write([points(store, 0, [100, 200], [1.0, 2.0]), points(store, 1, [400, 900], [3.0, 4.0])])
    assert store.drop_before(500) == 2
    store = reopened(store, home)
    assert (samples(store, 0), samples(store, 1)) == ([], [(400, 3.0), (900, 4.0)])
    store.close()


def test_a_removal_that_fails_leaves_all_as_it_was(store, monkeypatch):
    store.write([row(store, 100, {0: 1.0}, "gone")])

    def refuse(*_):
        raise sa.exc.OperationalError("delete", {}, Exception("disk is full"))

    with monkeypatch.context() as patched:
        patched.setattr("collector.store.file.StoreFile.delete_blocks", refuse)
        with pytest.raises(StoreError):
            store.drop_before(500)
    assert samples(store, 0) == [(100, 1.0)]
    assert store.drop_before(500) == 1


def test_series_without_samples_go_when_the_store_is_opened_again(store, home):
    for number in (0, 2, 4):
        store.write([row(store, 100 + number, {number: 1.0}, "gone")])
        store.write([row(store, 900 + number, {number + 1: 1.0}, "here")])
    store.drop_before(500)
    store = reopened(store, home)
    assert (store.index.known, held(store, "series")) == (3, 3)
    store.write([row(store, 1000, {0: 7.0, 1: 8.0, 9: 9.0})])
    store = reopened(store, home)
    found = {int(one["i"]): len(kept) for one, kept in contents(store).items()}
    assert found == {0: 1, 1: 2, 3: 1, 5: 1, 9: 1}
    assert samples(store, 9) == [(1000, 9.0)]
    store.close()


def test_a_commit_that_fails_keeps_the_store_as_it_was(store, monkeypatch):
    store.write([row(store, 1, {0: 1.0})])

    def refuse(*_):
        raise sa.exc.OperationalError("insert", {"x": 1}, Exception("disk is full"))

    with monkeypatch.context() as patched:
        patched.setattr("collector.store.file.StoreFile.save_points", refuse)
        with pytest.raises(StoreError, match=r"^samples cannot be stored: disk is full$"):
            store.write([row(store, 2, {0: 2.0, 1: 2.0}, "other")])
    assert samples(store, 0) == [(1, 1.0)]
    store.write([row(store, 3, {0: 3.0, 1: 3.0}, "other")])
    assert samples(store, 1) == [(3, 3.0)]
    assert samples(store, 0) == [(1, 1.0), (3, 3.0)]


def test_a_full_disk_is_told_in_plain_words_and_loses_nothing_that_was_kept(file_store):
    file_store.write([row(file_store, 1, {0: 1.0})])
    disk = FullDisk(file_store)
    disk.fill()
    with pytest.raises(StoreError, match=r"^samples cannot be stored: disk is full$"):
        file_store.write([row(file_store, 2, dict.fromkeys(range(1000), 2.0))])
    assert samples(file_store, 0) == [(1, 1.0)]
    disk.make_room()
    file_store.write([row(file_store, 3, {0: 3.0, 1: 3.0})])
    assert (samples(file_store, 0), samples(file_store, 1)) == ([(1, 1.0), (3, 3.0)], [(3, 3.0)])


def test_series_that_cannot_be_removed_at_the_start_stay(store, home, monkeypatch):
    store.write([row(store, 100, {0: 1.0}, "gone"), row(store, 900, {1: 1.0}, "here")])
    store.drop_before(500)

    def refuse(*_):
        raise sa.exc.OperationalError("delete", {}, Exception("disk is full"))

    with monkeypatch.context() as patched:
        patched.setattr("collector.store.file.StoreFile.delete_series", refuse)
        store = reopened(store, home)
    assert (store.index.known, held(store, "series")) == (2, 2)
    store.write([row(store, 1000, {0: 7.0, 2: 8.0})])
    assert (samples(store, 0), samples(store, 2)) == ([(1000, 7.0)], [(1000, 8.0)])
    store.close()


def test_streams_that_a_failed_commit_added_are_written_again(file_store, sqlite_home):
    disk = FullDisk(file_store)
    disk.fill()
    with pytest.raises(StoreError):
        file_store.write([row(file_store, 1, dict.fromkeys(range(1000), 1.0), "new")])
    disk.make_room()
    file_store.write([row(file_store, 2, {0: 2.0}, "new")])
    file_store = reopened(file_store, sqlite_home)
    assert samples(file_store, 0) == [(2, 2.0)]
    file_store.close()


def test_a_second_process_is_refused(file_store, sqlite_home):
    with pytest.raises(StoreError, match="in use by another process"):
        sqlite_home.open()


def test_a_newer_schema_is_refused(store, home):
    store.close()
    home.change("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"(samples\.db|/samples\d+): schema 9999 is of a newer Fireline"):
        home.open()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "samples.db").write_text("prose " * 1000)
    with pytest.raises(ConfigError, match=r"samples\.db: file is not a database: expected samples of"):
        SampleStore(tmp_path)


@pytest.mark.parametrize("odd", ["\0", "a\0b", "\ud800", "\\", "\\u0000"])
def test_streams_of_any_name_are_kept(store, home, odd):
    store.write([row(store, 1, {0: 1.0}, odd), row(store, 1, {1: 2.0}, "other")])
    store = reopened(store, home)
    store.write([row(store, at, {0: 1.0}, odd) for at in (1, 2)])
    assert (samples(store, 0), samples(store, 1)) == ([(1, 1.0), (2, 1.0)], [(1, 2.0)])
    assert (store.counters.out_of_order, held(store, "streams")) == (1, 2)
    store.close()


def test_labels_with_a_nul_are_kept(store, home):
    odd = Labels({METRIC_NAME: "m", "job": "a\0b"})
    store.write([Batch([Row("t", 1, np.array([store.series_id(odd)]), np.ones(1))])])
    store = reopened(store, home)
    assert set(contents(store)) == {odd}
    store.close()


def test_labels_that_are_no_text_are_refused_at_once_and_harm_no_others(store):
    for _ in range(2):
        with pytest.raises(StoreError, match=r"^expected labels of Unicode text, found .*ud800"):
            store.series_id(Labels({METRIC_NAME: "m", "job": "\ud800"}))
    store.write([row(store, 1, {0: 1.0})])
    assert samples(store, 0) == [(1, 1.0)]


def test_a_batch_that_breaks_the_writer_leaves_nothing_behind(store, home, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("collector.store.file.StoreFile.save_points", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            store.write([row(store, 1, {0: 1.0}, "new")])
    store.write([row(store, 2, {0: 2.0}, "new")])
    store = reopened(store, home)
    assert samples(store, 0) == [(2, 2.0)]
    store.close()
