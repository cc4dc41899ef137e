"""A real PostgreSQL on a free port, in a temporary folder; it dies with whoever started it."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from commerce_app.stack.accounts import server_account
from commerce_app.stack.binaries import postgres_folder
from commerce_app.stack.ports import free_port
from commerce_app.stack.postgres import PostgresPair
from commerce_app.stack.process import Placement


class PostgresServer:
    def __init__(self, folder, account):
        self._folder = folder
        self._placement = Placement(account=account)
        self._pair = PostgresPair(postgres_folder(), folder, "secret", account)
        self._running = self._pair.start_primary(free_port(), self._placement)
        self._databases = 0

    @property
    def url(self):
        return self._running.url

    @property
    def data(self):
        """The server's own folder."""
        return self._folder / "primary"

    def stop(self):
        self._running.child.stop()

    def start(self):
        """On the port and with the data of before."""
        self._running = self._pair._start("primary", self.data, self._running.port, self._placement)

    def new_database(self):
        """The URL of an empty one."""
        self._databases += 1
        name = f"samples{self._databases}"
        self.run(f"CREATE DATABASE {name}")
        return self.url.removesuffix("shop") + name

    def run(self, statement, url=None):
        """Runs one statement as somebody else would, and returns what it answers."""
        address = sa.make_url(url or self.url).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            answer = connection.exec_driver_sql(statement)
            return answer.all() if answer.returns_rows else []


@contextmanager
def postgres_server():
    account = server_account()
    with tempfile.TemporaryDirectory(prefix="fireline-") as name:
        folder = Path(name)
        if account:
            shutil.chown(folder, account.uid, account.gid)
        server = PostgresServer(folder, account)
        try:
            yield server
        finally:
            server.stop()
