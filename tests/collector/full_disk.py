"""Makes a store's file as full as a full disk: SQLite then says the same, SQLITE_FULL."""

import sqlalchemy as sa


class FullDisk:
    """A file that may not grow beyond the pages it has; what is written then soon finds no room."""

    def __init__(self, store):
        self._engine = store._engine

    def fill(self):
        sa.event.listen(self._engine, "connect", _no_more_pages)
        self._engine.dispose()

    def make_room(self):
        sa.event.remove(self._engine, "connect", _no_more_pages)
        self._engine.dispose()


def _no_more_pages(connection, _record):
    connection.execute("PRAGMA max_page_count=1")
