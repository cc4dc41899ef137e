"""Blocks on file: what each holds is known in memory, its samples are read when asked for."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from collector.index import SeriesIds
from collector.store_codec import pack_integers, pack_values, unpack_integers, unpack_values
from collector.store_columns import Columns
from collector.store_faults import cannot_read
from collector.store_pieces import Matrix
from collector.store_schema import blocks

Block = Matrix | Columns


@dataclass(frozen=True)
class BlockRef:
    """What a block on file holds."""

    number: int
    start_ms: int
    end_ms: int
    samples: int
    series: SeriesIds

    def overlaps(self, start_ms: int, end_ms: int) -> bool:
        return self.start_ms <= end_ms and self.end_ms >= start_ms


def block_record(block: Block, stream: int | None) -> dict[str, object]:
    """A block as a row of the ``blocks`` table."""
    ragged = isinstance(block, Columns)
    return {
        "stream_id": stream,
        "start_ms": int(block.times.min()),
        "end_ms": int(block.times.max()),
        "samples": block.values.size,
        "gaps": isinstance(block, Matrix) and block.gaps,
        "series": pack_integers(block.series),
        "offsets": pack_integers(block.offsets) if isinstance(block, Columns) else None,
        "times": pack_integers(block.times),
        "data": pack_values(block.values[None, :] if ragged else block.values),
    }


def block_of(record: Mapping[str, object], series: SeriesIds) -> Block:
    """The block that ``block_record`` was made of."""
    times = unpack_integers(_bytes(record["times"]))
    values = unpack_values(_bytes(record["data"]))
    if record["offsets"] is None:
        return Matrix(series, times, values, bool(record["gaps"]))
    return Columns(series, unpack_integers(_bytes(record["offsets"])), times, values[0])


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value


class BlockCache:
    """Reads blocks, keeping the most recently used ones unpacked up to a number of bytes."""

    def __init__(self, engine: sa.Engine, capacity_bytes: int) -> None:
        self._engine = engine
        self._capacity_bytes = capacity_bytes
        self._held_bytes = 0
        self._blocks: OrderedDict[int, Block] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, ref: BlockRef) -> Block | None:
        """The block, or None once retention has removed it. Raises StoreError where it cannot be read."""
        with self._lock:
            if (held := self._blocks.get(ref.number)) is not None:
                self._blocks.move_to_end(ref.number)
                return held
        if (record := self._record(ref.number)) is None:
            return None
        block = block_of({str(key): value for key, value in record.items()}, ref.series)
        self._keep(ref.number, block)
        return block

    def _record(self, number: int) -> sa.RowMapping | None:
        try:
            with self._engine.connect() as connection:
                return connection.execute(sa.select(blocks).where(blocks.c.id == number)).mappings().first()
        except sa.exc.SQLAlchemyError as error:
            raise cannot_read(error) from error

    def _keep(self, number: int, block: Block) -> None:
        with self._lock:
            if number not in self._blocks:
                self._blocks[number] = block
                self._held_bytes += _size_bytes(block)
            while self._held_bytes > self._capacity_bytes and len(self._blocks) > 1:
                _, dropped = self._blocks.popitem(last=False)
                self._held_bytes -= _size_bytes(dropped)


def _size_bytes(block: Block) -> int:
    return block.values.nbytes + block.times.nbytes


class SeriesInterner:
    """Gives equal series arrays one identity: a stream's blocks mostly hold the same series."""

    def __init__(self) -> None:
        self._known: dict[bytes, SeriesIds] = {}

    def intern(self, series: SeriesIds) -> SeriesIds:
        return self._known.setdefault(series.tobytes(), np.ascontiguousarray(series))
