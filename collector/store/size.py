"""Which blocks must go for the store to hold less."""

import sqlalchemy as sa

from collector.store.schema import blocks

PACKED = (blocks.c.series, blocks.c.offsets, blocks.c.times, blocks.c.data, blocks.c.summary)


def end_of_oldest(connection: sa.Connection, excess_bytes: int) -> int | None:
    """The time in ms before which the oldest blocks, of that size together, end; None without blocks."""
    size = sum((sa.func.coalesce(sa.func.length(column), 0) for column in PACKED), start=sa.literal(0))
    query = sa.select(blocks.c.end_ms, sa.func.sum(size)).group_by(blocks.c.end_ms).order_by(blocks.c.end_ms)
    before = None
    for end_ms, held in connection.execute(query):
        before = int(end_ms) + 1
        excess_bytes -= held
        if excess_bytes <= 0:
            break
    return before
