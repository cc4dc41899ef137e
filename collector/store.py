"""The durable sample store: commits a batch, then publishes it to queries."""

import fcntl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import numpy as np
import orjson
import sqlalchemy as sa

from collector import store_schema as schema
from collector.errors import StoreError
from collector.index import SeriesIds, SeriesIndex
from collector.labels import Labels, Matcher
from collector.series import Milliseconds, SeriesGroup, Values
from collector.store_blocks import Block, BlockCache, BlockRef, SeriesInterner, block_record
from collector.store_codec import (
    pack_integers,
    pack_points,
    unpack_integers,
    unpack_points,
)
from collector.store_columns import Column, OpenColumn, blocks_of, column_pieces
from collector.store_head import MatrixHead
from collector.store_pieces import Piece, stitch

CACHE_BYTES = 256 * 1024 * 1024
POINTS_PER_CUT = 200_000
_NO_IDS = np.empty(0, np.int64)


@dataclass(frozen=True)
class Row:
    """Samples of one stream at one time: series (s,) as the registry numbered them, values (s,)."""

    stream: str
    at_ms: int
    series: SeriesIds
    values: Values


@dataclass(frozen=True)
class Points:
    """Samples with times of their own: three arrays of one length."""

    series: SeriesIds
    times: Milliseconds
    values: Values


@dataclass(frozen=True)
class Batch:
    """What one scrape, one rule or one remote write adds."""

    rows: Sequence[Row] = ()
    points: Sequence[Points] = ()


@dataclass
class StoreCounters:
    appended: int = 0
    out_of_order: int = 0
    too_old: int = 0
    commits: int = 0


@dataclass
class Stream:
    """The samples of one target or rule group; ``view`` is what queries see."""

    number: int | None
    head: MatrixHead = field(default_factory=MatrixHead)
    newest_ms: int = -(2**62)
    layouts: dict[bytes, int] = field(default_factory=dict)
    view: tuple[tuple[BlockRef, ...], MatrixHead] = field(init=False)

    def __post_init__(self) -> None:
        self.view = ((), self.head)


class SampleStore:
    """Samples in ``FOLDER/samples.db``. One thread writes; any thread selects without a lock.

    out_of_order_seconds: how much older than a series' newest sample a point may be.
    """

    def __init__(
        self, folder: Path, *, out_of_order_seconds: float = 0.0, cache_bytes: int = CACHE_BYTES
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _lock_folder(folder)
        try:
            self._engine = schema.open_database(folder)
        except StoreError:
            self._lock.close()
            raise
        self.index = SeriesIndex()
        self.counters = StoreCounters()
        self.out_of_order_ms = round(out_of_order_seconds * 1000)
        self._ids: dict[Labels, int] = {}
        self._unsaved: list[Labels] = []
        self._streams: dict[str, Stream] = {}
        self._imported = Stream(None)
        self._columns: dict[int, OpenColumn] = {}
        self._newest_points: dict[int, int] = {}
        self._open_points = 0
        self._interner = SeriesInterner()
        self._blocks = BlockCache(self._engine, cache_bytes)
        self._load()

    def close(self) -> None:
        self._engine.dispose()
        self._lock.close()

    # Reading

    def select(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int) -> list[SeriesGroup]:
        """Samples in the closed interval of the series that match; each series is in one group."""
        wanted = self.index.match(matchers)
        if not len(wanted):
            return []
        # Open columns are read before blocks: what is cut in between is then seen twice, never missed.
        open_pieces = self._column_pieces(wanted, start_ms, end_ms)
        pieces: list[Piece] = []
        for stream in [self._imported, *list(self._streams.values())]:
            pieces += self._stream_pieces(stream, wanted, start_ms, end_ms)
        pieces += open_pieces
        return [
            SeriesGroup(self.index.labels_of(piece.series.tolist()), piece.times, piece.values)
            for piece in stitch(pieces)
        ]

    def present(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int) -> tuple[Labels, ...]:
        """Labels of the matching series with samples in the interval, to the precision of a packed block."""
        wanted = self.index.match(matchers)
        found = [piece.series for piece in self._column_pieces(wanted, start_ms, end_ms)]
        for stream in [self._imported, *list(self._streams.values())]:
            sealed, head = stream.view
            held = {id(r.series): r.series for r in sealed if r.start_ms <= end_ms and r.end_ms >= start_ms}
            found += [np.intersect1d(series, wanted) for series in held.values()]
            found += [piece.series for piece in head.published.pieces(wanted, start_ms, end_ms)]
        ids = np.unique(np.concatenate(found)) if found else _NO_IDS
        return self.index.labels_of(ids.tolist())

    def _stream_pieces(self, stream: Stream, wanted: SeriesIds, start_ms: int, end_ms: int) -> list[Piece]:
        sealed, head = stream.view
        pieces: list[Piece] = []
        holds: dict[int, bool] = {}
        for ref in sealed:
            if ref.start_ms > end_ms or ref.end_ms < start_ms:
                continue
            key = id(ref.series)
            if key not in holds:
                holds[key] = bool(np.isin(ref.series, wanted).any())
            if holds[key] and (block := self._blocks.read(ref)) is not None:
                pieces += block.pieces(wanted, start_ms, end_ms)
        return pieces + head.published.pieces(wanted, start_ms, end_ms)

    def _column_pieces(self, wanted: SeriesIds, start_ms: int, end_ms: int) -> list[Piece]:
        columns = self._columns
        if not columns:
            return []
        held = [columns[i] for i in wanted.tolist() if i in columns]
        return [piece for column in held for piece in column_pieces(column.view, start_ms, end_ms)]

    # Writing: one thread only

    def series_id(self, labels: Labels) -> int:
        """The series' number; a new one is kept with the next batch."""
        known = self._ids.get(labels)
        if known is None:
            known = self._ids[labels] = len(self._ids)
            self._unsaved.append(labels)
        return known

    def write(self, batches: Sequence[Batch]) -> None:
        """Commits all batches in one transaction, then publishes them.

        Raises:
            StoreError: nothing of the batches was kept.
        """
        rows = self._in_order([row for batch in batches for row in batch.rows])
        points = [part for part in map(self._recent, _all_points(batches)) if len(part.series)]
        try:
            with self._engine.begin() as connection:
                self._save_series(connection)
                self._save_rows(connection, rows)
                if points:
                    packed = [{"samples": pack_points(p.series, p.times, p.values)} for p in points]
                    connection.execute(sa.insert(schema.points), packed)
        except sa.exc.SQLAlchemyError as error:
            self._forget_layouts()
            raise StoreError(f"samples cannot be kept: {error}") from error
        self._publish(rows, points)

    @contextmanager
    def importing(self) -> Iterator[Callable[[Iterable[Column]], None]]:
        """Adds whole columns as blocks: all that the context gave is kept and seen at its end, or nothing."""
        refs: list[BlockRef] = []
        with self._engine.begin() as connection:

            def add(columns: Iterable[Column]) -> None:
                refs.extend(self._save_block(connection, block, None) for block in blocks_of(columns))

            yield add
            self._save_series(connection)
        self._publish_series()
        self._imported.view = (self._imported.view[0] + tuple(refs), self._imported.head)

    def seal(self) -> None:
        """Cuts full heads into packed blocks."""
        for stream in list(self._streams.values()):
            if stream.head.full:
                self._seal_stream(stream)
        if self._open_points >= POINTS_PER_CUT:
            self._seal_points()

    def drop_before(self, before_ms: int) -> int:
        """Removes blocks that end before a time; returns how many samples they held."""
        old = [
            ref
            for stream in [self._imported, *self._streams.values()]
            for ref in stream.view[0]
            if ref.end_ms < before_ms
        ]
        if not old:
            return 0
        numbers = [ref.number for ref in old]
        with self._engine.begin() as connection:
            connection.execute(sa.delete(schema.blocks).where(schema.blocks.c.id.in_(numbers)))
        gone = set(numbers)
        for stream in [self._imported, *self._streams.values()]:
            sealed, head = stream.view
            stream.view = (tuple(ref for ref in sealed if ref.number not in gone), head)
        return sum(ref.samples for ref in old)

    def _in_order(self, rows: Sequence[Row]) -> list[Row]:
        """Rows later than what their stream holds; a clock that jumped back loses its rows, counted."""
        newest: dict[str, int] = {}
        kept = []
        for row in rows:
            last = newest.get(row.stream)
            last = self._stream_newest(row.stream) if last is None else last
            if row.at_ms <= last:
                self.counters.out_of_order += len(row.series)
                continue
            newest[row.stream] = row.at_ms
            kept.append(row)
        return kept

    def _stream_newest(self, name: str) -> int:
        stream = self._streams.get(name)
        return stream.newest_ms if stream is not None else -(2**62)

    def _recent(self, points: Points) -> Points:
        """Points inside the out-of-order window of their series."""
        kept = np.ones(len(points.series), np.bool_)
        for place, (series, at_ms) in enumerate(
            zip(points.series.tolist(), points.times.tolist(), strict=True)
        ):
            newest = self._newest_points.get(series)
            if newest is not None and at_ms <= newest - self.out_of_order_ms:
                kept[place] = False
        self.counters.too_old += int((~kept).sum())
        return points if kept.all() else Points(points.series[kept], points.times[kept], points.values[kept])

    def _save_series(self, connection: sa.Connection) -> None:
        if not self._unsaved:
            return
        first = len(self.index)
        records = [
            {"id": first + n, "labels": orjson.dumps(dict(labels.pairs))}
            for n, labels in enumerate(self._unsaved)
        ]
        connection.execute(sa.insert(schema.series), records)

    def _save_rows(self, connection: sa.Connection, rows: Sequence[Row]) -> None:
        records = []
        for row in rows:
            stream = self._saved_stream(connection, row.stream)
            layout = self._saved_layout(connection, stream, row.series)
            records.append(
                {
                    "stream_id": stream.number,
                    "layout_id": layout,
                    "at_ms": row.at_ms,
                    "samples": row.values.tobytes(),
                }
            )
        if records:
            connection.execute(sa.insert(schema.rows), records)

    def _saved_stream(self, connection: sa.Connection, name: str) -> Stream:
        stream = self._streams.get(name)
        if stream is None:
            stream = self._streams[name] = Stream(None)
        if stream.number is None:
            stream.number = _inserted(connection, schema.streams, {"name": name})
        return stream

    def _saved_layout(self, connection: sa.Connection, stream: Stream, series: SeriesIds) -> int:
        key = series.tobytes()
        if key not in stream.layouts:
            record = {"stream_id": stream.number, "series": pack_integers(series)}
            stream.layouts[key] = _inserted(connection, schema.layouts, record)
        return stream.layouts[key]

    def _save_block(self, connection: sa.Connection, block: Block, stream: int | None) -> BlockRef:
        record = block_record(block, stream)
        number = _inserted(connection, schema.blocks, record)
        start_ms, end_ms = int(block.times.min()), int(block.times.max())
        return BlockRef(number, start_ms, end_ms, block.values.size, self._interner.intern(block.series))

    def _publish(self, rows: Sequence[Row], points: Sequence[Points]) -> None:
        self._publish_series()
        for row in rows:
            self._publish_row(self._streams[row.stream], row)
        for part in points:
            self._publish_points(part)
        self.counters.commits += 1

    def _publish_series(self) -> None:
        for labels in self._unsaved:
            self.index.add(labels)
        self._unsaved.clear()

    def _publish_row(self, stream: Stream, row: Row) -> None:
        if stream.head.full:
            self._seal_stream(stream)
        stream.head.append(row.at_ms, row.series, row.values)
        stream.newest_ms = row.at_ms
        self.counters.appended += len(row.series)

    def _publish_points(self, points: Points) -> None:
        samples = zip(points.series.tolist(), points.times.tolist(), points.values.tolist(), strict=True)
        for series, at_ms, value in samples:
            column = self._columns.get(series)
            if column is None:
                column = self._columns[series] = OpenColumn(series)
            column.append(at_ms, value)
            self._newest_points[series] = max(at_ms, self._newest_points.get(series, at_ms))
        self._open_points += len(points.series)
        self.counters.appended += len(points.series)

    def _forget_layouts(self) -> None:
        """After a rollback no layout or stream of that transaction is on file."""
        for stream in self._streams.values():
            stream.layouts.clear()
            if stream.newest_ms == -(2**62):
                stream.number = None

    def _seal_stream(self, stream: Stream) -> None:
        matrix = stream.head.published
        with self._engine.begin() as connection:
            ref = self._save_block(connection, matrix, stream.number)
            _delete_rows(connection, stream.number, ref.end_ms)
        stream.layouts.clear()
        stream.head = MatrixHead()
        stream.view = ((*stream.view[0], ref), stream.head)

    def _seal_points(self) -> None:
        made = blocks_of(column.view for column in self._columns.values())
        with self._engine.begin() as connection:
            refs = [self._save_block(connection, block, None) for block in made]
            connection.execute(sa.delete(schema.points))
        self._imported.view = (self._imported.view[0] + tuple(refs), self._imported.head)
        self._columns = {}
        self._open_points = 0

    # Restart

    def _load(self) -> None:
        with self._engine.connect() as connection:
            for labels in connection.execute(
                sa.select(schema.series.c.labels).order_by(schema.series.c.id)
            ).scalars():
                loaded = Labels(orjson.loads(labels))
                self._ids[loaded] = self.index.add(loaded)
            by_number = self._load_streams(connection)
            self._load_blocks(connection, by_number)
            self._load_rows(connection, by_number)
            for packed in connection.execute(
                sa.select(schema.points.c.samples).order_by(schema.points.c.id)
            ).scalars():
                self._publish_points(Points(*unpack_points(packed)))
        self.counters.appended = 0

    def _load_streams(self, connection: sa.Connection) -> dict[int, Stream]:
        for number, name in connection.execute(sa.select(schema.streams.c.id, schema.streams.c.name)):
            self._streams[name] = Stream(number)
        return {stream.number: stream for stream in self._streams.values() if stream.number is not None}

    def _load_blocks(self, connection: sa.Connection, streams: Mapping[int, Stream]) -> None:
        c = schema.blocks.c
        sealed: dict[int | None, list[BlockRef]] = {}
        query = sa.select(c.id, c.stream_id, c.start_ms, c.end_ms, c.samples, c.series).order_by(c.id)
        for number, stream, start_ms, end_ms, samples, packed in connection.execute(query):
            held = self._interner.intern(unpack_integers(packed))
            sealed.setdefault(stream, []).append(BlockRef(number, start_ms, end_ms, samples, held))
        for number, refs in sealed.items():
            stream = self._imported if number is None else streams[number]
            stream.view = (tuple(refs), stream.head)
            stream.newest_ms = max(ref.end_ms for ref in refs)

    def _load_rows(self, connection: sa.Connection, streams: Mapping[int, Stream]) -> None:
        c = schema.layouts.c
        layouts: dict[int, SeriesIds] = {}
        for number, stream, packed in connection.execute(sa.select(c.id, c.stream_id, c.series)):
            layouts[number] = unpack_integers(packed)
            streams[stream].layouts[layouts[number].tobytes()] = number
        names = {stream.number: name for name, stream in self._streams.items()}
        c = schema.rows.c
        query = sa.select(c.stream_id, c.layout_id, c.at_ms, c.samples).order_by(c.id)
        for stream, layout, at_ms, packed in connection.execute(query):
            row = Row(names[stream], at_ms, layouts[layout], np.frombuffer(packed, np.float64))
            self._publish_row(streams[stream], row)


def _all_points(batches: Sequence[Batch]) -> list[Points]:
    return [points for batch in batches for points in batch.points]


def _inserted(connection: sa.Connection, table: sa.Table, record: Mapping[str, object]) -> int:
    key = connection.execute(sa.insert(table), record).inserted_primary_key
    assert key is not None
    return int(key[0])


def _delete_rows(connection: sa.Connection, stream: int | None, until_ms: int) -> None:
    """Removes what a block now holds: rows of the stream, and layouts that no row uses any more."""
    rows, layouts = schema.rows, schema.layouts
    connection.execute(sa.delete(rows).where(rows.c.stream_id == stream, rows.c.at_ms <= until_ms))
    used = sa.select(rows.c.layout_id).where(rows.c.stream_id == stream)
    connection.execute(sa.delete(layouts).where(layouts.c.stream_id == stream, layouts.c.id.not_in(used)))


def _lock_folder(folder: Path) -> TextIO:
    """Two processes on one folder would lose samples: the second is refused."""
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StoreError(f"{folder}: in use by another process: expected a data folder of its own") from error
    return lock
