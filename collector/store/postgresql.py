"""PostgreSQL behind the sample store: a schema of its own that one process at a time writes to."""

from contextlib import AbstractContextManager

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCLASS

from collector.errors import ConfigError, StoreError
from collector.store import schema
from collector.store.database import Change
from collector.store.faults import StoreDamagedError, reason_of
from collector.store.postgresql_repair import repair
from collector.store.postgresql_writer import Writer
from collector.store.size import PACKED
from collector.store.url import shown

SCHEMA = "fireline_samples"  # of its own: a database may hold incidents and other people's tables too
_EXTRA = "fireline[postgresql]"
# A server that went away without a word is noticed by both sides within half a minute.
_CONNECTING = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
    "target_session_attrs": "read-write",
    "application_name": "fireline",
}
_READING = {"search_path": SCHEMA}
_WRITING = {
    "search_path": SCHEMA,
    "synchronous_commit": "on",  # what is committed survives power loss
    "lock_timeout": "5s",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
# What a block's row, its index entries and the chunks of its columns take beside what is in them.
_BLOCK_BYTES = 200
_CHUNKED = 1.04


class PostgresDatabase:
    """The samples in the database at a URL, locked until ``close``.

    Raises:
        ConfigError: where psycopg is not installed.
        StoreError: for a database that another process writes to, or that cannot be reached.
    """

    def __init__(self, url: sa.URL) -> None:
        self.name = shown(url)
        try:
            self.engine = _engine(url, _READING, pool_pre_ping=True)
            writing = _engine(url, _WRITING, poolclass=sa.NullPool)
        except ModuleNotFoundError as error:
            raise ConfigError(
                f"{self.name}: expected the Python package {error.name}: pip install '{_EXTRA}'"
            ) from error
        try:
            self._writer = Writer(writing, self.name)
        except sa.exc.SQLAlchemyError as error:
            raise self._unopened(error) from error

    def open(self) -> None:
        """Makes the tables, or brings them to this version.

        Raises:
            StoreError: for a database that cannot be written to, or to which a newer Fireline wrote.
        """
        try:
            self._writer.take_over(self._prepare)
        except sa.exc.SQLAlchemyError as error:
            raise self._unopened(error) from error

    def transaction(self) -> AbstractContextManager[Change]:
        """Commits what is written in the context, then publishes it."""
        return self._writer.transaction()

    def settle(self) -> None:
        """Learns whether a commit that got no answer was made, and publishes it if so.

        Raises:
            StoreError: where another process writes, or wrote since.
        """
        self._writer.settle()

    def check(self, connection: sa.Connection) -> None:
        """Finds nothing: looking after its files is the server's."""

    def used_bytes(self, connection: sa.Connection) -> int:
        """Bytes of the tables with their indexes; of blocks those in use, as deleted ones only leave room."""
        sizes = {table.name: _size(connection, table) for table in schema.metadata.sorted_tables}
        packed = sum((sa.func.coalesce(sa.func.pg_column_size(c), 0) for c in PACKED), start=sa.literal(0))
        count, held = connection.execute(sa.select(sa.func.count(), sa.func.sum(packed))).one()
        in_use = int(count) * _BLOCK_BYTES + round(int(held or 0) * _CHUNKED)
        return sum(sizes.values()) - max(0, sizes[schema.blocks.name] - in_use)

    def note_damage(self) -> None:
        """Notes nothing: what a commit finds is the server's to repair."""

    def repair(self, damage: StoreDamagedError) -> None:
        """Puts records that cannot be decoded aside, in tables of their own, and logs what is lost.

        Raises:
            StoreError: where that cannot be done; all stays as it was.
        """
        try:
            with self._writer.transaction() as change:
                change.publish = repair(change.connection, self.name, damage)
        except sa.exc.SQLAlchemyError as error:
            raise StoreError(
                f"{self.name}: damaged ({damage}), and cannot be repaired: {reason_of(error)}: expected sound"
                " files of the server, or a backup put back"
            ) from error

    def close(self) -> None:
        """Ends all connections, and lets others write."""
        self.engine.dispose()
        self._writer.close()

    def _prepare(self, connection: sa.Connection) -> None:
        encoding = connection.scalar(sa.text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise StoreError(f"{self.name}: expected a database with the encoding UTF8, found {encoding}")
        if connection.scalar(sa.select(sa.func.to_regnamespace(SCHEMA))) is None:
            connection.execute(sa.schema.CreateSchema(SCHEMA))
        schema.migrate(connection, self.name)

    def _unopened(self, error: sa.exc.SQLAlchemyError) -> StoreError:
        return StoreError(f"{self.name}: cannot be opened: {reason_of(error)}")


def _engine(url: sa.URL, settings: dict[str, str], **pooling: object) -> sa.Engine:
    """The settings hold for each session; what the URL says of how to connect wins over ours."""
    given = url.query.get("options", "")
    options = " ".join(
        [given if isinstance(given, str) else " ".join(given)] + [f"-c {k}={v}" for k, v in settings.items()]
    )
    connecting = {key: value for key, value in _CONNECTING.items() if key not in url.query}
    # Of a database in SQL_ASCII, text would come as bytes before anybody could refuse it.
    connecting |= {"client_encoding": "UTF8", "options": options.strip()}
    return sa.create_engine(url, connect_args=connecting, **pooling)


def _size(connection: sa.Connection, table: sa.Table) -> int:
    """With its indexes, and what is kept out of line."""
    size = sa.func.pg_total_relation_size(sa.cast(sa.literal(table.name), REGCLASS))
    return int(connection.execute(sa.select(size)).scalar_one())
