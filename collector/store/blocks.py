"""Blocks on file: what each holds is known in memory, its samples are read when asked for."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from collector.postings import SeriesIds
from collector.store.codec import pack_integers, pack_values, unpack_integers, unpack_values
from collector.store.columns import Columns
from collector.store.faults import StoreDamagedError, reading_told
from collector.store.losses import span_of
from collector.store.pieces import Matrix
from collector.store.schema import blocks
from collector.store.summary import pack_summary

logger = logging.getLogger(__name__)

Block = Matrix | Columns


@dataclass(frozen=True)
class BlockRef:
    """What a block on file holds."""

    number: int
    start_ms: int
    end_ms: int
    samples: int
    series: SeriesIds
    summarised: bool


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
        "summary": pack_summary(block) if isinstance(block, Matrix) else None,
    }


def block_of(record: Mapping[str, object], series: SeriesIds) -> Block:
    """The block that ``block_record`` was made of. Raises any of ``BROKEN`` for one that is damaged."""
    times = unpack_integers(_bytes(record["times"]))
    values = unpack_values(_bytes(record["data"]))
    if record["offsets"] is None:
        _expect(values.shape == (len(series), len(times)))
        return Matrix(series, times, values, bool(record["gaps"]), finite=record["summary"] is not None)
    offsets = unpack_integers(_bytes(record["offsets"]))
    _expect(values.shape == (1, len(times)) and len(offsets) == len(series) + 1)
    return Columns(series, offsets, times, values[0])


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("expected bytes")
    return value


def _expect(fits: bool) -> None:
    if not fits:
        raise ValueError("parts of a block that do not fit together")


def read_block(connection: sa.Connection, ref: BlockRef) -> Block | None:
    """The block, or None for one that is gone. Raises any of ``BROKEN`` for one that is damaged."""
    query = sa.select(blocks).where(blocks.c.id == ref.number)
    record = connection.execute(query).mappings().first()
    return None if record is None else block_of({str(key): held for key, held in record.items()}, ref.series)


class BlockCache:
    """Reads blocks, keeping the most recently used ones unpacked up to a number of bytes.

    place: where they are, in the log.
    """

    def __init__(self, engine: sa.Engine, capacity_bytes: int, place: str) -> None:
        self._engine = engine
        self.capacity_bytes = capacity_bytes
        self._place = place
        self._held_bytes = 0
        self.damaged: set[int] = set()
        self._blocks: OrderedDict[int, Block] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, ref: BlockRef) -> Block | None:
        """The block; None once retention has removed it, or where it is damaged: logged once, and counted.

        Raises:
            StoreError: for a file that cannot be read.
        """
        with self._lock:
            if (held := self._blocks.get(ref.number)) is not None:
                self._blocks.move_to_end(ref.number)
                return held
        try:
            block = self._on_file(ref)
        except StoreDamagedError as damage:
            self._leave_out(ref, damage)
            return None
        if block is None:
            return None
        self._keep(ref.number, block)
        return block

    def _on_file(self, ref: BlockRef) -> Block | None:
        if ref.number in self.damaged:
            return None
        with reading_told(), self._engine.connect() as connection:
            return read_block(connection, ref)

    def _leave_out(self, ref: BlockRef, damage: StoreDamagedError) -> None:
        with self._lock:
            is_known = ref.number in self.damaged
            self.damaged.add(ref.number)
        if not is_known:
            logger.error(
                "block %d of %s is damaged and left out: %d samples of %d series, %s: %s",
                ref.number,
                self._place,
                ref.samples,
                len(ref.series),
                span_of(ref.start_ms, ref.end_ms),
                damage,
            )

    def _keep(self, number: int, block: Block) -> None:
        with self._lock:
            if number not in self._blocks:
                self._blocks[number] = block
                self._held_bytes += block.nbytes
            while self._held_bytes > self.capacity_bytes and len(self._blocks) > 1:
                _, dropped = self._blocks.popitem(last=False)
                self._held_bytes -= dropped.nbytes


class SeriesInterner:
    """Gives equal series arrays one identity: a stream's blocks mostly hold the same series."""

    def __init__(self) -> None:
        self._known: dict[bytes, SeriesIds] = {}
        self._packed: dict[bytes, SeriesIds] = {}

    def intern(self, series: SeriesIds) -> SeriesIds:
        return self._known.setdefault(series.tobytes(), np.ascontiguousarray(series))

    def intern_packed(self, packed: bytes) -> SeriesIds:
        """As ``intern``; what was met before is not unpacked again."""
        known = self._packed.get(packed)
        if known is None:
            known = self._packed[packed] = self.intern(unpack_integers(packed))
        return known
