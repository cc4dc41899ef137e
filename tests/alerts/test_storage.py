import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from alerts import events, outbox
from alerts import storage_incidents as rows
from alerts.desk import Desk
from alerts.errors import DamagedError, StorageError
from alerts.events import Kind, NewEvent
from alerts.group import Pace
from alerts.incidents import Dependencies, Incident, Timing
from alerts.pipeline import Pipeline
from alerts.receive import Alert, Severity
from alerts.storage import ConflictError, open_database
from alerts.storage_schema import VERSION_TABLE, metadata
from collector.labels import Labels
from tests.postgres_server import postgres_server


def incident(number=1, **fields):
    values = {
        "title": "t",
        "severity": Severity.PAGE,
        "services": ("a",),
        "started_at": 1.0,
        "detected_at": 2.0,
    }
    return Incident(f"2025-09-03-{number}", **{**values, **fields})


@pytest.fixture
def database(tmp_path):
    made = open_database(tmp_path)
    yield made
    made.close()


def test_incident_survives_reopening(tmp_path, database):
    database.change(lambda connection: rows.insert(connection, incident()))
    again = open_database(tmp_path)
    with again.read() as connection:
        assert rows.get(connection, "2025-09-03-1") == incident()
    again.close()


def test_sqlite_writes_ahead_and_survives_power_loss(database):
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_migrations_make_the_tables_that_the_code_reads(database):
    with database.read() as connection:
        inspector = sa.inspect(connection)
        made = {name: {c["name"] for c in inspector.get_columns(name)} for name in metadata.tables}
    assert made == {name: {c.name for c in table.columns} for name, table in metadata.tables.items()}


def test_schema_of_a_newer_fireline_is_refused(tmp_path, database):
    change = sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    database.change(lambda connection: connection.execute(change))
    with pytest.raises(StorageError, match=r"incidents\.db: schema version 9999 is newer .* at most 0009"):
        open_database(tmp_path)


def drop_since_2(connection):
    """What the third and later migrations add."""
    added = {"incidents": ("titles", "rung", "closed_at", "headline"), "alerts": ("told", "ends_by_timeout")}
    for table, column in ((table, column) for table, columns in added.items() for column in columns):
        connection.execute(sa.text(f"ALTER TABLE {table} DROP COLUMN {column}"))
    connection.execute(sa.text("DROP INDEX ix_events_key"))
    connection.execute(sa.text("ALTER TABLE events DROP COLUMN key"))


def test_database_of_the_first_version_is_brought_up_to_date(tmp_path, database):
    def go_back(connection):
        connection.execute(sa.text("ALTER TABLE outbox DROP COLUMN own"))
        drop_since_2(connection)
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '0001'"))

    database.change(go_back)
    again = open_database(tmp_path)
    with again.read() as connection:
        assert "own" in {column["name"] for column in sa.inspect(connection).get_columns("outbox")}
    again.close()


def test_ids_of_one_transaction_go_on_from_those_taken(database):
    database.change(lambda connection: rows.insert(connection, incident(3)))
    with database.read() as connection:
        ids = rows.new_ids(connection, "2025-09-03")
        assert [next(ids), next(ids)] == ["2025-09-03-4", "2025-09-03-5"]


def test_incidents_of_the_second_schema_keep_their_title_and_have_rung(tmp_path, database):
    def make_old(connection):
        rows.insert(connection, incident(title="느림"))
        rows.insert(connection, incident(2, severity=Severity.TICKET, resolved_at=7.0))
        drop_since_2(connection)
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '0002'"))

    database.change(make_old)
    with closing(open_database(tmp_path)) as again, again.read() as connection:
        assert rows.get(connection, "2025-09-03-1").titled("en") == "느림"
        assert [(each.rung, each.closed_at) for each in rows.listed(connection)] == [
            (False, 7.0),
            (True, None),
        ]


def test_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "incidents.db").write_bytes(b"not a database" * 100)
    with pytest.raises(DamagedError, match=r"incidents\.db: damaged or no SQLite database \(file is not a"):
        open_database(tmp_path)


def test_damage_in_the_middle_of_the_file_is_found_at_the_start(tmp_path):
    made = open_database(tmp_path)
    fact = NewEvent(1.0, Kind.NOTE, "x" * 1000)
    made.change(lambda connection: [events.append(connection, fact, 2.0) for _ in range(100)])
    made.close()
    path = tmp_path / "incidents.db"
    content = path.read_bytes()
    path.write_bytes(content[:65_536] + b"\xff" * 16_384 + content[81_920:])
    with pytest.raises(DamagedError, match=r"incidents\.db: damaged .* move it away"):
        open_database(tmp_path)


@pytest.mark.parametrize("url", [None, "sqlite:///{}"])
def test_file_that_lost_everything_is_told_once(tmp_path, caplog, url):
    path = tmp_path / "incidents.db"
    path.touch()
    for _ in range(2):
        open_database(tmp_path, url and url.format(path)).close()
    assert caplog.messages == [f"{path} is empty: expected incidents, or no file; it begins anew"]


def test_damage_that_is_met_later_is_told_apart(database):
    def meet(_connection):
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT | 1 << 8
        raise sa.exc.DatabaseError(None, None, error)

    with pytest.raises(DamagedError, match="incidents cannot be written: database disk image is malformed"):
        database.change(meet)


def test_row_that_is_no_json_is_an_error_of_the_store(database):
    database.change(lambda connection: rows.insert(connection, incident()))
    broken = sa.text("UPDATE incidents SET services = 'broken'")
    database.change(lambda connection: connection.execute(broken))
    with pytest.raises(StorageError, match="cannot be read: Expecting value"), database.read() as connection:
        rows.listed(connection)


def test_missing_driver_is_named(tmp_path):
    with pytest.raises(StorageError, match=r"mysql://u:\*\*\*@h/d: expected the Python package MySQLdb"):
        open_database(tmp_path, "mysql://u:secret@h/d")


@pytest.mark.parametrize("statement", ["UPDATE events SET text = 'x'", "DELETE FROM events"])
def test_events_cannot_be_changed(database, statement):
    fact = NewEvent(1.0, Kind.NOTE, "as it was")
    database.change(lambda connection: events.append(connection, fact, 2.0))
    with pytest.raises(StorageError, match="append-only"):
        database.change(lambda connection: connection.execute(sa.text(statement)))


def test_two_events_never_share_a_key(database):
    fact = NewEvent(1.0, Kind.NOTE, "", key="a")
    with pytest.raises(StorageError, match="UNIQUE"):
        database.change(lambda connection: [events.append(connection, fact, 1.0) for _ in range(2)])


def test_stale_incident_is_not_overwritten(database):
    database.change(lambda connection: rows.insert(connection, incident()))
    database.change(lambda connection: rows.update(connection, incident(title="first")))
    with pytest.raises(StorageError, match="no longer at version 0"):
        database.change(lambda connection: rows.update(connection, incident(title="second")))


def test_work_that_lost_a_race_is_done_again(database):
    tries = []

    def work(connection):
        tries.append(connection)
        if len(tries) < 3:
            raise ConflictError("lost")
        return "done"

    assert (database.change(work), len(tries)) == ("done", 3)


def test_failed_work_leaves_nothing_behind(database):
    def work(connection):
        rows.insert(connection, incident())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.change(work)
    with database.read() as connection:
        assert rows.listed(connection) == []


def test_ids_count_within_a_day(database):
    for number in (1, 2, 10):
        database.change(lambda connection, n=number: rows.insert(connection, incident(n)))
    with database.read() as connection:
        assert rows.next_id(connection, "2025-09-03") == "2025-09-03-11"
        assert rows.next_id(connection, "2025-09-04") == "2025-09-04-1"


def open_ten(database):
    def work(connection):
        new = rows.next_id(connection, "2025-09-03")
        rows.insert(connection, incident(new.rpartition("-")[2]))

    for _ in range(10):
        database.change(work)


def run_both(work, *databases):
    threads = [threading.Thread(target=work, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_workers_never_share_an_id(tmp_path, database):
    other = open_database(tmp_path)
    run_both(open_ten, database, other)
    other.close()
    with database.read() as connection:
        assert len(rows.listed(connection)) == 20


@pytest.fixture
def postgres_url():
    with postgres_server() as server:
        yield server.url


@pytest.mark.servers
def test_postgres_holds_incidents_for_two_workers(tmp_path, postgres_url):
    with ThreadPoolExecutor() as pool, ExitStack() as opened:
        made = list(pool.map(lambda _: open_database(tmp_path, postgres_url), range(2)))
        two_workers_share([opened.enter_context(closing(database)) for database in made])


def two_workers_share(databases):
    run_both(receive_ten, *databases)
    assert_one_incident_of_ten_alerts_and_one_page(databases[0])
    run_both(open_ten, *databases)
    fact = NewEvent(1.0, Kind.NOTE, "as it was", incident="2025-09-03-1", attributes={"a": [1]})
    event = databases[0].change(lambda connection: events.append(connection, fact, 2.0))
    with databases[1].read() as connection:
        assert len(rows.live(connection, resolved_since=float("inf"))) == 1 + 20
        assert events.select(connection, incident="2025-09-03-1") == [event]
    with pytest.raises(StorageError, match="append-only"):
        databases[0].change(lambda connection: connection.execute(sa.text("DELETE FROM events")))


def receive_ten(database):
    desk = Desk(Dependencies(), ("fake",), Timing(), Pace(), "en", ZoneInfo("UTC"))
    pipeline = Pipeline(database, desk)
    for number in range(10):
        labels = Labels({"alertname": f"a{number}", "service": "product", "severity": "page"})
        pipeline.receive([Alert(labels, {}, 1000.0, 2000.0)], 1000.0)


def assert_one_incident_of_ten_alerts_and_one_page(database):
    with database.read() as connection:
        (found,) = rows.listed(connection)
        assert len(rows.alerts_of(connection, found.id)) == 10
        assert [posting.occasion for posting in outbox.select(connection)] == ["page"]


def test_two_workers_make_one_incident_of_the_same_alerts(tmp_path, database):
    other = open_database(tmp_path)
    run_both(receive_ten, database, other)
    other.close()
    assert_one_incident_of_ten_alerts_and_one_page(database)
