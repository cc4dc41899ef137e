"""What only PostgreSQL does: it is locked by a session, and it goes away and comes back."""

import subprocess
import sys
from contextlib import closing, suppress

import numpy as np
import psycopg
import pytest
import sqlalchemy as sa

from collector.errors import ConfigError, StoreError
from collector.labels import METRIC_NAME, Labels, Matcher, MatchOp
from collector.store import postgresql
from collector.store.batches import Batch, Points, Row
from collector.store.columns import Column
from collector.store.durable import SampleStore
from collector.store.head import ROWS_PER_HEAD
from collector.store.url import database_url
from tests.collector.store.home import Home
from tests.postgres_server import postgres_server

ALL = [Matcher(METRIC_NAME, MatchOp.NOT_EQUAL, "")]
OPEN_AND_WAIT = """
import sys
from pathlib import Path
from collector.store.columns import Column
from collector.store.durable import SampleStore
from collector.store.url import database_url
store = SampleStore(Path(), database_url(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


def row(store, at_ms, series=1, stream="target"):
    ids = [store.series_id(Labels({METRIC_NAME: "m", "i": str(n)})) for n in range(series)]
    return Batch([Row(stream, at_ms, np.array(ids, np.int64), np.full(series, float(at_ms)))])


def point(store, at_ms):
    number = store.series_id(Labels({METRIC_NAME: "p"}))
    return Batch(points=[Points(np.array([number]), np.array([at_ms]), np.array([float(at_ms)]))])


def times(store, name="m"):
    groups = store.select([Matcher(METRIC_NAME, MatchOp.EQUAL, name)], -(2**60), 2**60)
    return groups[0].times.tolist() if groups else []


def reread(store, home):
    """What another process would find."""
    with closing(home.reopened(store)) as again:
        return times(again)


@pytest.fixture
def home(postgres_home, monkeypatch):
    monkeypatch.setitem(postgresql._WRITING, "lock_timeout", "100ms")
    return postgres_home


@pytest.fixture
def store(home):
    with closing(home.open()) as store:
        yield store


@pytest.fixture
def cut_off(server, home):
    """Ends every session of the store, as a restart of the server or a broken network does."""
    ends = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'fireline'"
    return lambda: server.run(f"{ends} AND datname = '{home.url.database}'")


def answerless(store, monkeypatch, *, made):
    """The next commit gets no answer: it was made, or not."""
    commit = sa.Connection.commit

    def lose(connection):
        monkeypatch.setattr(sa.Connection, "commit", commit)
        if made:
            commit(connection)
        raise sa.exc.OperationalError("COMMIT", {}, psycopg.OperationalError("connection lost"))

    monkeypatch.setattr(sa.Connection, "commit", lose)


@pytest.mark.servers
def test_a_second_collector_is_refused_without_the_password(store, home):
    with pytest.raises(StoreError) as told:
        home.open()
    assert str(told.value) == (
        f"postgresql://shop:***@127.0.0.1:{home.url.port}/{home.url.database}: in use by another process: "
        "expected a database of its own"
    )


@pytest.mark.servers
def test_two_databases_of_one_server_have_a_collector_each(store, server, tmp_path):
    Home(tmp_path, server.new_database()).open().close()


@pytest.mark.servers
def test_a_killed_process_leaves_its_samples_to_the_next(postgres_home):
    url = postgres_home.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", OPEN_AND_WAIT, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "open\n"
        other.kill()
    postgres_home.open().close()


@pytest.mark.servers
def test_a_session_that_ended_while_it_was_idle_costs_no_sample(store, home, cut_off):
    store.write([row(store, 1)])
    cut_off()
    store.write([row(store, 2)])
    assert reread(store, home) == [1, 2]


@pytest.mark.servers
def test_a_session_that_ends_in_a_transaction_costs_only_what_was_not_committed(
    store, home, cut_off, monkeypatch
):
    store.write([row(store, 1)])
    with monkeypatch.context() as patched:
        patched.setattr("collector.store.file.StoreFile.save_points", lambda *_: cut_off())
        with pytest.raises(StoreError, match=r"^samples cannot be stored: [^\n]+$"):
            store.write([row(store, 2, series=2)])
    assert times(store) == [1]
    store.write([row(store, 3, series=2)])
    assert times(store) == [1, 3]
    assert reread(store, home) == [1, 3]


@pytest.mark.servers
@pytest.mark.parametrize(("made", "kept"), [(True, [1, 2, 3]), (False, [1, 3])])
def test_a_commit_without_an_answer_is_published_once_it_is_known(store, home, monkeypatch, made, kept):
    store.write([row(store, 1)])
    answerless(store, monkeypatch, made=made)
    with pytest.raises(StoreError, match="connection lost"):
        store.write([row(store, 2, series=3), point(store, 2)])
    assert times(store) == [1]
    store.write([row(store, 3, series=3), point(store, 2)])
    assert (times(store), times(store, "p")) == (kept, [2])
    with closing(home.reopened(store)) as again:
        assert (times(again), times(again, "p"), again.index.known) == (kept, [2], 4)


@pytest.mark.servers
@pytest.mark.parametrize("made", [True, False])
def test_a_cut_without_an_answer_loses_and_doubles_nothing(store, home, monkeypatch, made):
    store.write([row(store, at_ms) for at_ms in range(ROWS_PER_HEAD)])
    answerless(store, monkeypatch, made=made)
    with pytest.raises(StoreError):
        store.seal()
    store.seal()
    assert store.counters.cut_blocks == 1
    assert times(store) == list(range(ROWS_PER_HEAD))
    assert reread(store, home) == list(range(ROWS_PER_HEAD))


@pytest.mark.servers
@pytest.mark.parametrize("made", [True, False])
def test_retention_without_an_answer_is_counted_once(store, monkeypatch, made):
    store.write([row(store, 1, stream="gone"), row(store, 900, stream="here")])
    answerless(store, monkeypatch, made=made)
    with pytest.raises(StoreError):
        store.drop_before(500)
    store.drop_before(500)
    assert (times(store), store.counters.dropped_samples) == ([900], 1)


@pytest.mark.servers
@pytest.mark.parametrize("seed", range(3))
def test_whichever_answers_are_lost_a_restart_finds_what_was_shown(store, home, cut_off, monkeypatch, seed):
    rng = np.random.default_rng(seed)
    steps = {
        "row": lambda at_ms: store.write([row(store, at_ms, series=int(rng.integers(1, 9)))]),
        "point": lambda at_ms: store.write([point(store, at_ms)]),
        "seal": lambda _: cut_head(store),
        "cut": lambda _: store._upkeep.seal_points(),
        "drop": lambda at_ms: store.drop_before(at_ms - 60),
    }
    for at_ms in range(120):
        if rng.random() < 0.3:
            answerless(store, monkeypatch, made=rng.random() < 0.5)
        elif rng.random() < 0.1:
            cut_off()
        with suppress(StoreError):
            store._settle()
            steps[rng.choice(list(steps), p=[0.4, 0.3, 0.1, 0.1, 0.1])](at_ms)
    monkeypatch.undo()
    store._settle()
    shown = times(store), times(store, "p")
    assert min(map(len, shown)) > 5
    with closing(home.reopened(store)) as again:
        assert (times(again), times(again, "p")) == shown
        again.write([row(again, 1000, series=9), point(again, 1000)])
        assert (times(again)[-1], times(again, "p")[-1]) == (1000, 1000)


def cut_head(store):
    """As ``seal`` does with a full one."""
    if "target" in store._state.streams and len(store._state.stream("target").head.published.times):
        store._upkeep._seal_stream("target")


@pytest.mark.servers
def test_commits_wait_for_the_disk_whatever_the_server_thinks(store):
    with store._database.transaction() as change:
        assert change.connection.scalar(sa.text("SHOW synchronous_commit")) == "on"
    with store._engine.connect() as connection:
        assert connection.scalar(sa.text("SHOW synchronous_commit")) == "off"


@pytest.mark.servers
def test_a_collector_that_was_cut_off_does_not_write_over_what_another_wrote(store, home, cut_off):
    store.write([row(store, 1)])
    cut_off()
    with closing(home.open()) as other:
        with pytest.raises(StoreError, match="in use by another process"):
            store.write([row(store, 2)])
        other.write([row(other, 3)])
    for _ in range(2):
        with pytest.raises(StoreError, match=r"written by another process, .* restart Fireline"):
            store.write([row(store, 4)])
    with closing(home.open()) as next_one:
        assert times(next_one) == [1, 3]


@pytest.mark.servers
def test_a_database_put_back_to_an_earlier_state_is_not_written_to(store, home):
    store.write([row(store, 1)])
    home.change("UPDATE writer SET commits = commits - 1")
    with pytest.raises(StoreError, match="put back to an earlier state"):
        store.write([row(store, 2)])


@pytest.mark.servers
def test_a_store_outlives_its_server(tmp_path):
    with postgres_server() as server:
        home = Home(tmp_path, server.url)
        with closing(home.open(cache_bytes=0)) as store:
            store.write([row(store, at_ms) for at_ms in range(ROWS_PER_HEAD)])
            store.seal()
            store.write([row(store, 1000)])
            server.stop()
            with pytest.raises(StoreError, match=r"^samples cannot be stored: [^\n]*[Cc]onnection[^\n]+$"):
                store.write([row(store, 1001)])
            with pytest.raises(StoreError, match="samples cannot be read"):
                times(store)
            head = store.select(ALL, 1000, 2000)
            assert [group.times.tolist() for group in head] == [[1000]]
            server.start()
            store.write([row(store, 1002)])
            assert times(store) == [*range(ROWS_PER_HEAD), 1000, 1002]
        with closing(home.open()) as store:
            assert times(store) == [*range(ROWS_PER_HEAD), 1000, 1002]


def overwrite(server, relation):
    """Puts noise over the first page of a relation's file, behind the server's back."""
    ((path,),) = server.run(f"SELECT pg_relation_filepath(({relation})::regclass)")
    server.stop()
    with (server.data / path).open("r+b") as file:
        file.write(np.random.default_rng(1).bytes(8192))
    server.start()


@pytest.mark.servers
def test_what_the_server_finds_damaged_is_left_out_or_ends_the_start(tmp_path, caplog):
    with postgres_server() as server:
        home = Home(tmp_path, server.url)
        with closing(home.open()) as store, store.importing() as add:
            add([column(store, np.arange(5000), np.random.default_rng(1).random(5000))])
        blocks = "SELECT reltoastrelid FROM pg_class WHERE oid = 'fireline_samples.blocks'::regclass"
        overwrite(server, blocks)
        with closing(home.open()) as store:
            assert (times(store), store.damaged_blocks) == (list(range(1440, 5000)), 2)
            store.write([row(store, 9000)])
        assert "is damaged and left out: 720 samples of 1 series" in caplog.text
        overwrite(server, "SELECT 'fireline_samples.rows'")
        expected = r"damaged \(.*\), and cannot be repaired: [^\n]+ a backup put back$"
        with pytest.raises(StoreError, match=expected):
            home.open()


@pytest.mark.servers
def test_blocks_deleted_are_room_for_new_ones(store, home, server):
    def fill(first):
        with store.importing() as add:
            rng = np.random.default_rng(first)
            for n in range(first, first + 20):
                at = np.arange(n * 5000, (n + 1) * 5000)
                add([column(store, at, rng.random(5000))])

    fill(0)
    most = used(store) // 2
    dropped = store.drop_to_size(most)
    assert 0 < dropped < 100_000
    assert used(store) <= most
    assert store.drop_to_size(most) == 0
    url = home.url.render_as_string(hide_password=False)
    server.run("VACUUM fireline_samples.blocks", url)
    before = files_bytes(server, url)
    fill(20)
    store.drop_to_size(most)
    server.run("VACUUM fireline_samples.blocks", url)
    fill(40)
    assert files_bytes(server, url) < 1.6 * before


def column(store, at, values):
    return Column(store.series_id(Labels({METRIC_NAME: "m"})), at, values)


def used(store):
    with store._engine.connect() as connection:
        return store._database.used_bytes(connection)


def files_bytes(server, url):
    ((size,),) = server.run("SELECT pg_total_relation_size('fireline_samples.blocks')", url)
    return size


@pytest.mark.servers
def test_a_server_that_is_not_there_is_one_line(server, tmp_path):
    url = database_url("postgresql://u:secret@127.0.0.1:1/d")
    with pytest.raises(StoreError) as told:
        SampleStore(tmp_path, url)
    assert str(told.value).startswith("postgresql://u:***@127.0.0.1:1/d: cannot be opened: ")
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)


@pytest.mark.servers
def test_a_role_needs_no_more_than_the_schema(server, tmp_path):
    url = server.new_database()
    server.run("CREATE ROLE humble LOGIN PASSWORD 'secret'")
    home = Home(tmp_path, url.replace("//shop:", "//humble:"))
    with pytest.raises(StoreError, match=r": cannot be opened: permission denied for database samples\d+$"):
        home.open()
    server.run("CREATE SCHEMA fireline_samples AUTHORIZATION humble", url)
    with closing(home.open()) as store:
        store.write([row(store, 1)])
    assert reread(store, home) == [1]


@pytest.mark.servers
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
@pytest.mark.parametrize("asked", ["", "?client_encoding=SQL_ASCII"])
def test_a_database_of_another_encoding_is_refused(server, tmp_path, encoding, asked):
    name = server.new_database().rpartition("/")[2]
    server.run(f"DROP DATABASE {name}")
    server.run(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    home = Home(tmp_path, server.url.removesuffix("shop") + name + asked)
    with pytest.raises(StoreError, match=f"expected a database with the encoding UTF8, found {encoding}"):
        home.open()
    with pytest.raises(StoreError, match="UTF8"):
        home.open()


def test_without_psycopg_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(
        ConfigError, match=r"^postgresql://h/d: .* psycopg: pip install 'fireline\[postgresql\]'"
    ):
        SampleStore(tmp_path, database_url("postgresql://h/d"))
