"""How much of the file is used, and which blocks must go for it to hold less."""

import sqlalchemy as sa

from collector.store.schema import blocks

_PACKED = (blocks.c.series, blocks.c.offsets, blocks.c.times, blocks.c.data, blocks.c.summary)


def used_bytes(connection: sa.Connection) -> int:
    """Bytes in use of ``samples.db``; pages that are free are filled before the file grows."""
    pages, free, size = (
        int(connection.execute(sa.text(f"PRAGMA {name}")).scalar_one())
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def end_of_oldest(connection: sa.Connection, excess_bytes: int) -> int | None:
    """The time in ms before which the oldest blocks, of that size together, end; None without blocks."""
    size = sum((sa.func.coalesce(sa.func.length(column), 0) for column in _PACKED), start=sa.literal(0))
    query = sa.select(blocks.c.end_ms, sa.func.sum(size)).group_by(blocks.c.end_ms).order_by(blocks.c.end_ms)
    before = None
    for end_ms, held in connection.execute(query):
        before = int(end_ms) + 1
        excess_bytes -= held
        if excess_bytes <= 0:
            break
    return before
