"""Reads the tables into memory at the start."""

import sqlalchemy as sa

from collector.store.blocks import BlockRef
from collector.store.file import StoreFile
from collector.store.state import StoreState

_READ_AT_ONCE = 500


def reading(engine: sa.Engine) -> sa.Connection:
    """A connection that holds few records at a time, of however many there are."""
    return engine.connect().execution_options(yield_per=_READ_AT_ONCE)


def load_samples(connection: sa.Connection, file: StoreFile, state: StoreState) -> None:
    """Streams, and what they hold. Blocks stay on file."""
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
    state.note_holders()
