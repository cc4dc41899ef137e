"""Puts records that cannot be decoded aside, in tables beside those of samples."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count

import sqlalchemy as sa

from collector.store import schema
from collector.store.faults import BROKEN, StoreDamagedError
from collector.store.losses import Losses
from collector.store.sound import Soundness

logger = logging.getLogger(__name__)

_TOGETHER = 100


def repair(connection: sa.Connection, name: str, damage: StoreDamagedError) -> Callable[[], None]:
    """Looks at every record; returns what says in the log what is lost, for when the caller has committed.

    name: of the database.
    """
    soundness, losses = Soundness(), Losses()
    damaged = {table: list(_damaged(connection, table, soundness, losses)) for table in Soundness.TABLES}
    aside = _free_prefix(connection)
    for table in reversed(Soundness.TABLES):  # what refers to others goes first
        if damaged[table]:
            _put_aside(connection, table, f"{aside}_{table.name}", damaged[table])
    if stand_ins := [dict(record) for record in soundness.stand_ins()]:
        connection.execute(sa.insert(schema.series), stand_ins)
    return partial(
        logger.error, "%s was damaged (%s); lost, and now in %s_*: %s", name, damage, aside, losses
    )


def _damaged(
    connection: sa.Connection, table: sa.Table, soundness: Soundness, losses: Losses
) -> Iterator[int]:
    """Numbers of the records to be left out; others are put right where they can be."""
    for record in _records(connection, table):
        try:
            kept = soundness.checked(table, record)
        except BROKEN:
            losses.add_record(table.name, record, soundness.named(record))
            yield int(str(record["id"]))
            continue
        if kept != record:
            connection.execute(sa.update(table).where(table.c.id == record["id"]).values(dict(kept)))


def _records(connection: sa.Connection, table: sa.Table) -> Iterator[Mapping[str, object]]:
    """By ascending number, some at a time, as blocks may be many."""
    after = -1
    while True:
        query = sa.select(table).where(table.c.id > after).order_by(table.c.id).limit(_TOGETHER)
        records = [
            {str(key): value for key, value in found.items()}
            for found in connection.execute(query).mappings()
        ]
        yield from records
        if len(records) < _TOGETHER:
            return
        after = int(str(records[-1]["id"]))


def _free_prefix(connection: sa.Connection) -> str:
    taken = set(sa.inspect(connection).get_table_names())
    prefixes = (f"damaged_{n}" for n in count(1))
    return next(p for p in prefixes if not any(f"{p}_{table.name}" in taken for table in Soundness.TABLES))


def _put_aside(connection: sa.Connection, table: sa.Table, aside: str, numbers: Sequence[int]) -> None:
    """The server makes the table of what the query finds: the damaged bytes do not travel."""
    meant = table.c.id == sa.any_(sa.cast(list(numbers), sa.ARRAY(sa.BigInteger)))
    names = [column.name for column in table.columns]
    connection.execute(sa.text(f"CREATE TABLE {aside} (LIKE {table.name})"))
    connection.execute(
        sa.insert(sa.table(aside, *map(sa.column, names))).from_select(names, sa.select(table).where(meant))
    )
    connection.execute(sa.delete(table).where(meant))
