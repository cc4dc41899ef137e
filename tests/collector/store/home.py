"""A place where a store is at home, on either database."""

import sqlalchemy as sa

from collector.store.durable import SampleStore
from collector.store.url import database_url, shown


class Home:
    def __init__(self, folder, url=None):
        self.folder = folder
        self.url = database_url(url) if url else None

    def open(self, **options):
        return SampleStore(self.folder, self.url, **options)

    @property
    def place(self):
        """As the log names it."""
        return shown(self.url) if self.url else "samples.db"

    @property
    def has_set_aside(self):
        """Whether a repair left what it could not read."""
        if self.url is None:
            return (self.folder / "samples.db.damaged-1").exists()
        return bool(self.query("SELECT 1 FROM pg_tables WHERE tablename LIKE 'damaged_1_%%'"))

    def reopened(self, store, **options):
        store.close()
        return self.open(**options)

    def change(self, statement):
        """Does to the tables what a store would not; bytes are spelled as SQLite has them."""
        if self.url:
            statement = statement.replace("x'", r"'\x")
        self.query(statement)

    def query(self, statement):
        url = self.url or sa.URL.create("sqlite", database=str(self.folder / "samples.db"))
        options = {"options": "-c search_path=fireline_samples"} if self.url else {}
        engine = sa.create_engine(url, connect_args=options, poolclass=sa.NullPool)
        with engine.begin() as connection:
            answer = connection.exec_driver_sql(statement)
            return answer.all() if answer.returns_rows else []
