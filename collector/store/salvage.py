"""Reads a table of a damaged SQLite file: what cannot be read is jumped over."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from collector.store.losses import Losses

_LAST_ID = 2**40


def salvaged(
    connection: sqlite3.Connection, table: sa.Table, losses: Losses
) -> Iterator[Mapping[str, object]]:
    """Records by ascending number. A stretch of the file that cannot be read is one loss."""
    names = [column.name for column in table.columns]
    query = f"SELECT {', '.join(names)} FROM {table.name} WHERE id > ? ORDER BY id"  # noqa: S608  # our own table
    after: int | None = -1
    record: dict[str, object] = {}
    while after is not None:
        try:
            for values in connection.execute(query, (after,)):
                if isinstance(values[0], int) and after < values[0] < _LAST_ID:
                    after, record = values[0], dict(zip(names, values, strict=True))
                    yield record
        except sqlite3.DatabaseError:
            after = _next_readable(connection, query, after)
            losses.add_stretch(table.name, record, _first(connection, query, names, after))
        else:
            return


def _first(
    connection: sqlite3.Connection, query: str, names: Sequence[str], after: int | None
) -> Mapping[str, object]:
    found = None if after is None else connection.execute(f"{query} LIMIT 1", (after,)).fetchone()
    return {} if found is None else dict(zip(names, found, strict=True))


def _next_readable(connection: sqlite3.Connection, query: str, after: int) -> int | None:
    """The number after which reading works again; None where nothing follows that can be read."""
    step = 1
    while not _is_readable(connection, query, after + step):
        step *= 2
        if after + step > _LAST_ID:
            return None
    low, high = after + step // 2, after + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _is_readable(connection, query, middle) else (middle, high)
    return high


def _is_readable(connection: sqlite3.Connection, query: str, after: int) -> bool:
    try:
        connection.execute(f"{query} LIMIT 1", (after,)).fetchone()
    except sqlite3.DatabaseError:
        return False
    return True
