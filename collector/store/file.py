"""Reads and writes the tables of ``samples.db``. Writing is one thread's; a caller brings the transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import orjson
import sqlalchemy as sa

from collector.errors import StoreError
from collector.labels import Labels
from collector.postings import SeriesIds
from collector.store import schema
from collector.store.batches import Points, Row
from collector.store.blocks import Block, BlockRef, SeriesInterner, block_record
from collector.store.codec import pack_integers, pack_points, unpack_integers, unpack_points
from collector.store.stream_names import name_of, stored_name

_SHOWN = 200


class StoreFile:
    """Knows the numbers that streams and layouts have on file."""

    def __init__(self) -> None:
        self._streams: dict[str, int] = {}
        self._forgot_streams = False
        self._layouts: dict[str, dict[bytes, int]] = {}
        self._interner = SeriesInterner()
        self._newest_block = 0

    # Writing

    def save_series(self, connection: sa.Connection, first: int, added: Sequence[bytes]) -> None:
        """Adds series by their packed labels, numbered from ``first`` on."""
        if added:
            records = [{"id": first + n, "labels": packed} for n, packed in enumerate(added)]
            connection.execute(sa.insert(schema.series), records)

    def save_rows(self, connection: sa.Connection, rows: Iterable[Row]) -> None:
        records = [
            {
                "stream_id": self._stream(connection, row.stream),
                "layout_id": self._layout(connection, row),
                "at_ms": row.at_ms,
                "samples": row.values.tobytes(),
            }
            for row in rows
        ]
        if records:
            connection.execute(sa.insert(schema.rows), records)

    def save_points(self, connection: sa.Connection, points: Iterable[Points]) -> None:
        packed = [{"samples": pack_points(p.series, p.times, p.values)} for p in points]
        if packed:
            connection.execute(sa.insert(schema.points), packed)

    def save_block(self, connection: sa.Connection, block: Block, stream: str | None) -> BlockRef:
        number = None if stream is None else self._stream(connection, stream)
        record = block_record(block, number)
        if connection.dialect.name == "sqlite":
            # It would give out again the number of a block that was deleted, by which caches know that one.
            self._newest_block += 1
            record["id"] = self._newest_block
        key = _inserted(connection, schema.blocks, record)
        start_ms, end_ms = int(block.times.min()), int(block.times.max())
        series, summarised = self._interner.intern(block.series), record["summary"] is not None
        return BlockRef(key, start_ms, end_ms, block.values.size, series, summarised)

    def delete_rows(self, connection: sa.Connection, stream: str, until_ms: int) -> None:
        """Removes rows that a block now holds, and the layouts that no row uses any more."""
        rows, layouts, number = schema.rows, schema.layouts, self._numbers(connection)[stream]
        connection.execute(sa.delete(rows).where(rows.c.stream_id == number, rows.c.at_ms <= until_ms))
        used = sa.select(rows.c.layout_id).where(rows.c.stream_id == number)
        connection.execute(sa.delete(layouts).where(layouts.c.stream_id == number, layouts.c.id.not_in(used)))
        self._layouts.pop(stream, None)

    def delete_points(self, connection: sa.Connection) -> None:
        connection.execute(sa.delete(schema.points))

    def delete_blocks(self, connection: sa.Connection, before_ms: int) -> None:
        connection.execute(sa.delete(schema.blocks).where(schema.blocks.c.end_ms < before_ms))

    def delete_series(self, connection: sa.Connection, numbers: Sequence[int]) -> None:
        if numbers:
            one = sa.delete(schema.series).where(schema.series.c.id == sa.bindparam("number"))
            connection.execute(one, [{"number": number} for number in numbers])

    def delete_streams(self, connection: sa.Connection, names: Iterable[str]) -> None:
        """Removes streams with their rows and layouts; their blocks are removed as blocks are."""
        for name in names:
            number = self._numbers(connection).pop(name)
            self._layouts.pop(name, None)
            for table in (schema.rows, schema.layouts):
                connection.execute(sa.delete(table).where(table.c.stream_id == number))
            connection.execute(sa.delete(schema.streams).where(schema.streams.c.id == number))

    def forget(self) -> None:
        """After a rollback: which streams are on file is learnt anew; layouts are written again."""
        self._layouts.clear()
        self._forgot_streams = True

    def _stream(self, connection: sa.Connection, name: str) -> int:
        numbers = self._numbers(connection)
        if name not in numbers:
            numbers[name] = _inserted(connection, schema.streams, {"name": stored_name(name)})
        return numbers[name]

    def _numbers(self, connection: sa.Connection) -> dict[str, int]:
        if self._forgot_streams:
            self._streams = {}
            self._streams = dict(self.load_streams(connection))
            self._forgot_streams = False
        return self._streams

    def _layout(self, connection: sa.Connection, row: Row) -> int:
        known = self._layouts.setdefault(row.stream, {})
        key = row.series.tobytes()
        if key not in known:
            record = {"stream_id": self._streams[row.stream], "series": pack_integers(row.series)}
            known[key] = _inserted(connection, schema.layouts, record)
        return known[key]

    # Reading, at the start; results are closed also where what they hold cannot be decoded

    def load_series(self, connection: sa.Connection) -> Iterator[tuple[int, Labels]]:
        """Each series' number and labels, numbers ascending."""
        query = sa.select(schema.series.c.id, schema.series.c.labels).order_by(schema.series.c.id)
        with connection.execute(query) as found:
            for number, packed in found:
                yield number, Labels(orjson.loads(packed))

    def load_streams(self, connection: sa.Connection) -> Iterator[tuple[str, int]]:
        with connection.execute(sa.select(schema.streams.c.id, schema.streams.c.name)) as found:
            for number, stored in found:
                name = name_of(stored)
                self._streams[name] = number
                yield name, number

    def load_blocks(self, connection: sa.Connection) -> Iterator[tuple[int | None, BlockRef]]:
        """What each block holds, with its stream's number, oldest first."""
        c = schema.blocks.c
        summarised = c.summary.is_not(None)
        query = sa.select(c.id, c.stream_id, c.start_ms, c.end_ms, c.samples, c.series, summarised)
        with connection.execute(query.order_by(c.id)) as found:
            for number, stream, start_ms, end_ms, samples, packed, has_summary in found:
                series = self._interner.intern_packed(packed)
                self._newest_block = max(self._newest_block, number)
                yield stream, BlockRef(number, start_ms, end_ms, samples, series, bool(has_summary))

    def load_rows(self, connection: sa.Connection) -> Iterator[Row]:
        """Rows that no block holds yet, in the order in which they came."""
        names = {number: name for name, number in self._streams.items()}
        layouts = self._load_layouts(connection, names)
        c = schema.rows.c
        query = sa.select(c.stream_id, c.layout_id, c.at_ms, c.samples).order_by(c.id)
        with connection.execute(query) as found:
            for stream, layout, at_ms, packed in found:
                values = np.frombuffer(packed, np.float64)
                if len(values) != len(layouts[layout]):
                    raise ValueError(f"a row of {len(values)} samples of {len(layouts[layout])} series")
                yield Row(names[stream], at_ms, layouts[layout], values)

    def load_points(self, connection: sa.Connection) -> Iterator[Points]:
        query = sa.select(schema.points.c.samples).order_by(schema.points.c.id)
        with connection.execute(query) as found:
            for packed in found.scalars():
                yield Points(*unpack_points(packed))

    def _load_layouts(self, connection: sa.Connection, names: Mapping[int, str]) -> dict[int, SeriesIds]:
        layouts: dict[int, SeriesIds] = {}
        c = schema.layouts.c
        with connection.execute(sa.select(c.id, c.stream_id, c.series)) as found:
            for number, stream, packed in found:
                layouts[number] = unpack_integers(packed)
                self._layouts.setdefault(names[stream], {})[layouts[number].tobytes()] = number
        return layouts


def pack_labels(labels: Labels) -> bytes:
    """Labels as they are on file.

    Raises:
        StoreError: for text that is none, such as half of a surrogate pair out of a JSON file.
    """
    try:
        return orjson.dumps(dict(labels.pairs))
    except orjson.JSONEncodeError as error:
        raise StoreError(f"expected labels of Unicode text, found {ascii(str(labels))[:_SHOWN]}") from error


def _inserted(connection: sa.Connection, table: sa.Table, record: Mapping[str, object]) -> int:
    key = connection.execute(sa.insert(table), record).inserted_primary_key
    assert key is not None
    return int(key[0])
