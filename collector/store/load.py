"""Reads ``samples.db`` into memory at the start."""

import sqlalchemy as sa

from collector.store import schema
from collector.store.blocks import BlockRef
from collector.store.faults import StoreDamagedError
from collector.store.file import StoreFile
from collector.store.state import StoreState

_WRITTEN_ALL_THE_TIME = (schema.series, schema.streams, schema.layouts, schema.rows, schema.points)


def load_samples(connection: sa.Connection, file: StoreFile, state: StoreState) -> None:
    """Streams, and what they hold. Blocks stay on file.

    Raises:
        StoreDamagedError: for a table that SQLite finds broken.
    """
    _check(connection)
    names = {number: name for name, number in file.load_streams(connection)}
    for name in names.values():
        state.stream(name)
    sealed: dict[int | None, list[BlockRef]] = {}
    for stream, ref in file.load_blocks(connection):
        sealed.setdefault(stream, []).append(ref)
    for number, refs in sealed.items():
        held = state.imported if number is None else state.stream(names[number])
        held.replace_sealed(refs)
    for row in file.load_rows(connection):
        state.add_row(row)
    for points in file.load_points(connection):
        state.add_points(points)


def _check(connection: sa.Connection) -> None:
    """Finds pages, also of indexes, that would break a later commit. Blocks are too many to look at."""
    for table in _WRITTEN_ALL_THE_TIME:
        found = connection.execute(sa.text(f"PRAGMA quick_check({table.name})")).scalars().all()
        if found != ["ok"]:
            raise StoreDamagedError(" ".join(str(found[0]).split()) if found else "no answer")
