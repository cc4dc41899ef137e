"""The one session that writes to PostgreSQL: what commits on it commits under the lock that it holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

import sqlalchemy as sa

from collector.errors import StoreError
from collector.store.database import Change

_LOCK = 7_302_512  # any number of our own, for pg_advisory_lock
_LOCK_TIMEOUT = "55P03"
# One row: whose samples these are, and how many commits it made. It tells after a lost connection whether
# the last commit was made, and whether anybody else wrote since.
_writer = sa.table("writer", sa.column("token", sa.Text), sa.column("commits", sa.BigInteger))


class Writer:
    """Connects, and waits a moment for the lock: the session of a killed process may be about to end.

    engine: without a pool, as a session that is put back would keep its lock.
    name: of the database, in errors.

    Raises:
        StoreError: where another process holds the lock.
        sqlalchemy.exc.DBAPIError: where no session can be had.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._token = uuid4().hex
        self._commits = 0
        self._doubtful: Change | None = None
        self._is_overtaken = False
        self._connection: sa.Connection | None = self._connected()

    def take_over(self, prepare: Callable[[sa.Connection], None]) -> None:
        """Runs ``prepare`` and signs the samples as ours, in one transaction."""
        connection = self._session()
        with connection.begin():
            prepare(connection)
            connection.execute(sa.delete(_writer))
            connection.execute(sa.insert(_writer).values(token=self._token, commits=0))
        self._commits = 0

    @contextmanager
    def transaction(self) -> Iterator[Change]:
        """Commits what is written in the context, then publishes it.

        Raises:
            StoreError: where another process writes, or wrote since the connection was lost.
        """
        change = Change(self._begun())
        try:
            yield change
        except BaseException:
            self._roll_back(change.connection)
            raise
        self._commit(change)
        change.publish()

    def settle(self) -> None:
        """Learns whether a commit that got no answer was made, and publishes it if so.

        Raises:
            StoreError: where another process writes, or wrote since.
        """
        if self._doubtful is None:
            return
        connection = self._session()
        try:
            commits = connection.scalar(sa.select(_writer.c.commits).where(_writer.c.token == self._token))
            connection.rollback()
        except sa.exc.SQLAlchemyError:
            self._disconnect()
            raise
        if commits not in {self._commits, self._commits + 1}:
            raise self._overtaken()
        change, self._doubtful = self._doubtful, None
        if commits > self._commits:
            self._commits = commits
            change.publish()

    def close(self) -> None:
        """Ends the session, and with it the lock."""
        self._disconnect()
        self._engine.dispose()

    def _begun(self) -> sa.Connection:
        """A session in a transaction; one that ended while it was idle is replaced, as nothing is lost."""
        if self._connection is not None:
            try:
                return self._count(self._connection)
            except sa.exc.DBAPIError as error:
                if not error.connection_invalidated:
                    raise
        return self._count(self._session())

    def _count(self, connection: sa.Connection) -> sa.Connection:
        """Begins with what only the writer can do to a store that is as it left it."""
        ours = sa.and_(_writer.c.token == self._token, _writer.c.commits == self._commits)
        try:
            changed = connection.execute(sa.update(_writer).where(ours).values(commits=self._commits + 1))
        except sa.exc.SQLAlchemyError:
            self._roll_back(connection)
            raise
        if changed.rowcount != 1:
            raise self._overtaken()
        return connection

    def _commit(self, change: Change) -> None:
        try:
            change.connection.commit()
        except sa.exc.SQLAlchemyError:
            self._doubtful = change
            self._disconnect()
            raise
        self._commits += 1

    def _roll_back(self, connection: sa.Connection) -> None:
        try:
            connection.rollback()
        except sa.exc.SQLAlchemyError:  # the server rolls back what it lost the session of
            self._disconnect()
        else:
            if connection.invalidated:
                self._disconnect()

    def _session(self) -> sa.Connection:
        """The session with the lock; a new one where the former was lost."""
        if self._is_overtaken:
            raise self._overtaken()
        if self._connection is None:
            self._connection = self._connected()
        return self._connection

    def _connected(self) -> sa.Connection:
        connection = self._engine.connect()
        try:
            connection.execute(sa.select(sa.func.pg_advisory_lock(_LOCK)))
            connection.commit()
        except sa.exc.DBAPIError as error:
            connection.close()
            if getattr(error.orig, "sqlstate", None) == _LOCK_TIMEOUT:
                raise StoreError(
                    f"{self._name}: in use by another process: expected a database of its own"
                ) from error
            raise
        return connection

    def _overtaken(self) -> StoreError:
        """Ends for good, without keeping the lock from whoever is to write now."""
        self._is_overtaken = True
        self._disconnect()
        return StoreError(
            f"{self._name}: written by another process, or put back to an earlier state, while the connection"
            " was lost: restart Fireline to go on with what is there"
        )

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sa.exc.SQLAlchemyError):  # it may be gone already
                connection.invalidate()
            with suppress(sa.exc.SQLAlchemyError):
                connection.close()
