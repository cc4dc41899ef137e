"""The durable sample store: commits a batch, then publishes it to queries."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from collector.errors import CollectorError, StoreError
from collector.index import SeriesIndex
from collector.labels import Labels, Matcher
from collector.postings import SeriesIds
from collector.series import Milliseconds, SeriesGroup, Values
from collector.store.batches import Batch, Points, Row, StoreCounters
from collector.store.blocks import BlockCache, BlockRef, read_block
from collector.store.columns import Column, blocks_of
from collector.store.database import Change, Database
from collector.store.faults import StoreDamagedError, cannot_store, reading_told
from collector.store.file import StoreFile, pack_labels
from collector.store.import_intake import ImportIntake
from collector.store.intake import Intake
from collector.store.load import load_samples, reading
from collector.store.pieces import OverlapError, Piece, stitch
from collector.store.postgresql import PostgresDatabase
from collector.store.size import end_of_oldest
from collector.store.sqlite import SqliteDatabase
from collector.store.state import StoreState
from collector.store.summaries import SummaryCache
from collector.store.upkeep import Upkeep

logger = logging.getLogger(__name__)

CACHE_BYTES = 256 * 1024 * 1024


class SampleStore:
    """Samples in ``FOLDER/samples.db``, or a PostgreSQL. One thread writes; any selects without a lock.

    url: of the PostgreSQL that has the samples in place of the folder.
    out_of_order_seconds: how much older than a series' newest sample a point may be.

    Raises:
        ConfigError: for a file that is no database, or a driver that is not installed.
        StoreError: for a folder or database that another process uses, or that cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        url: sa.URL | None = None,
        *,
        out_of_order_seconds: float = 0.0,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._database: Database = PostgresDatabase(url) if url else SqliteDatabase(folder)
        self._out_of_order_ms = round(out_of_order_seconds * 1000)
        self.counters = StoreCounters()
        try:
            self._open_sound(cache_bytes)
        except CollectorError:
            self._database.close()
            raise

    def _open_sound(self, cache_bytes: int) -> None:
        """Opens the database; one that is damaged is replaced by what can be read of it."""
        try:
            self._open(cache_bytes)
        except StoreDamagedError as damage:
            self._database.repair(damage)
            self.counters.repairs += 1
            self._open(cache_bytes)

    def _open(self, cache_bytes: int) -> None:
        self._database.open()
        self._engine = self._database.engine
        self.index = SeriesIndex()
        self._ids: dict[Labels, int] = {}
        self._unsaved: list[tuple[Labels, bytes]] = []
        self._file = StoreFile()
        self._blocks = BlockCache(self._engine, cache_bytes, self._database.name)
        self._state = StoreState(self._blocks, SummaryCache(self._engine, cache_bytes // 2))
        self._intake = Intake(self._state, self.counters, self._out_of_order_ms)
        self._upkeep = Upkeep(self._file, self._state, self.counters, self._transaction)
        with reading_told():
            with reading(self._engine) as connection:
                self._database.check(connection)
                load_samples(connection, self._file, self._state)
            self._load_series()

    @property
    def damaged_blocks(self) -> int:
        """Blocks that queries could not read, and left out."""
        return len(self._blocks.damaged)

    def close(self) -> None:
        self._database.close()

    # Reading

    def select(
        self,
        matchers: Sequence[Matcher],
        start_ms: int,
        end_ms: int,
        cuts: Milliseconds | None = None,
    ) -> list[SeriesGroup]:
        """Samples in the closed interval of the series that match; each series is in one group."""
        pieces = self._pieces(self.index.match(matchers), start_ms, end_ms, cuts)
        named = self.index.labels_of
        return [SeriesGroup(named(p.series), p.times, p.values, p.omitted, p.finite) for p in pieces]

    def select_series(
        self, series: SeriesIds, start_ms: int, end_ms: int, cuts: Milliseconds | None = None
    ) -> list[tuple[SeriesIds, SeriesGroup]]:
        """As ``select``, of (ascending) series; gives their numbers in place of their labels."""
        pieces = self._pieces(series, start_ms, end_ms, cuts)
        return [(p.series, SeriesGroup((), p.times, p.values, p.omitted, p.finite)) for p in pieces]

    def _pieces(
        self, wanted: SeriesIds, start_ms: int, end_ms: int, cuts: Milliseconds | None
    ) -> Sequence[Piece]:
        try:
            return stitch(self._state.pieces(wanted, start_ms, end_ms, cuts)) if len(wanted) else ()
        except OverlapError:
            return self._pieces(wanted, start_ms, end_ms, None)

    def present(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int) -> tuple[Labels, ...]:
        """Labels of the matching series with samples in the interval, to the precision of a block."""
        found = self._state.present(self.index.match(matchers), start_ms, end_ms)
        return self.index.labels_of(found)

    # Writing: one thread only

    def series_id(self, labels: Labels) -> int:
        """The series' number; a new one is kept with the next batch.

        Raises:
            StoreError: for labels that cannot be kept: said here, as it would fail the batches of others.
        """
        known = self._ids.get(labels)
        if known is None:
            packed = pack_labels(labels)
            known = self._ids[labels] = len(self.index) + len(self._unsaved)
            self._unsaved.append((labels, packed))
        return known

    def newest_row_ms(self, stream: str) -> int:
        """The time of a stream's newest row; long ago where it has none."""
        return self._state.newest_row_ms(stream)

    def newest_ms(self, series: SeriesIds) -> Milliseconds:
        """The time of each series' newest point, imports among them; long ago where it has none.

        Raises:
            StoreError: for a file that cannot be read.
        """
        return self._state.newest_points(series)

    def values_at(self, series: SeriesIds, times_ms: Milliseconds) -> Values:
        """The value of each series' newest point where that is of the time given; else anything."""
        is_newest = self._state.newest_points(series) == times_ms
        asked = zip(series.tolist(), times_ms.tolist(), is_newest.tolist(), strict=True)
        held = [self._state.newest_value(one, at) if known else np.nan for one, at, known in asked]
        return np.array(held, np.float64)

    def write(self, batches: Sequence[Batch]) -> None:
        """Commits all batches in one transaction, then publishes them.

        Of two samples of a series at one time the first stays, whichever way they came.

        Raises:
            StoreError: nothing of the batches was kept.
        """
        self._settle()
        rows = self._intake.rows(row for batch in batches for row in batch.rows)
        points = self._intake.points((points for batch in batches for points in batch.points), rows)
        with self._transaction() as change:
            added = self._save_series(change.connection)
            self._file.save_rows(change.connection, rows)
            self._file.save_points(change.connection, points)
            change.publish = partial(self._publish, added, rows, points)

    @contextmanager
    def importing(self) -> Iterator[Callable[[Iterable[Column]], int]]:
        """Adds whole columns as blocks: all that the context gave is kept and seen at its end, or nothing.

        It gives a function that takes columns of different series, and returns how many samples are new: at a
        time that has one already, the first stays.
        """
        self._settle()
        with self._transaction() as change:
            intake = ImportIntake(self._state, partial(read_block, change.connection))

            def add(columns: Iterable[Column]) -> int:
                kept = intake.first(columns)
                made = blocks_of(kept)
                intake.note(kept, [self._file.save_block(change.connection, block, None) for block in made])
                return sum(len(column.times) for column in kept)

            yield add
            added = self._save_series(change.connection)
            change.publish = partial(self._publish_imported, added, intake.refs)

    def seal(self) -> None:
        """Cuts full heads into packed blocks.

        Raises:
            StoreError: what could not be cut stays as it was.
        """
        self._settle()
        self._upkeep.seal()

    def drop_before(self, before_ms: int) -> int:
        """Removes blocks and streams that end before a time; returns how many samples they held.

        Series that nothing refers to any more go when the store is next opened: until then writers know
        them by number.

        Raises:
            StoreError: what could not be removed stays as it was.
        """
        self._settle()
        return self._upkeep.drop_before(before_ms)

    def drop_to_size(self, most_bytes: int) -> int:
        """Removes the oldest blocks until no more bytes are used; returns how many samples they held.

        Raises:
            StoreError: what could not be removed stays as it was.
        """
        with reading_told(), self._engine.connect() as connection:
            excess = self._database.used_bytes(connection) - most_bytes
            before_ms = end_of_oldest(connection, excess) if excess > 0 else None
        return 0 if before_ms is None else self.drop_before(before_ms)

    @contextmanager
    def _transaction(self) -> Iterator[Change]:
        with self._told(), self._database.transaction() as change:
            yield change

    def _settle(self) -> None:
        """Before anything is written: whether the last commit was made decides about what follows."""
        with self._told():
            self._database.settle()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            self._file.forget()
            told = cannot_store(error)
            if isinstance(told, StoreDamagedError):
                self._database.note_damage()
            raise told from error
        except BaseException:
            self._file.forget()
            raise

    def _save_series(self, connection: sa.Connection) -> int:
        """Saves the series that are new; returns how many, as others may follow before they are published."""
        self._file.save_series(connection, len(self.index), [packed for _, packed in self._unsaved])
        return len(self._unsaved)

    def _publish(self, added: int, rows: Sequence[Row], points: Sequence[Points]) -> None:
        self._publish_series(added)
        for row in rows:
            self._state.add_row(row)
            self.counters.appended += len(row.series)
        for part in points:
            self._state.add_points(part)
            self.counters.appended += len(part.series)
        self.counters.commits += 1

    def _publish_series(self, added: int) -> None:
        for labels, _ in self._unsaved[:added]:
            self.index.add(labels)
        del self._unsaved[:added]

    def _publish_imported(self, added: int, refs: Sequence[BlockRef]) -> None:
        self._publish_series(added)
        self._state.add_imported(refs)

    # Restart

    def _load_series(self) -> None:
        """Reads the series that have samples, and removes the others: nobody knows them by number yet."""
        used = self._state.series()
        with reading(self._engine) as connection:
            held = list(self._file.load_series(connection))
        if not used <= {number for number, _ in held}:
            raise StoreDamagedError("samples of series that are not on file")
        unused = {number for number, _ in held if number not in used}
        if unused and not self._deleted(sorted(unused)):
            unused = set()
        for number, labels in held:
            if labels in self._ids:
                logger.warning(
                    "%s: two series are %s: the samples of one are left out", self._database.name, labels
                )
            elif number not in unused:
                self._ids[labels] = self.index.add_at(number, labels)

    def _deleted(self, series: Sequence[int]) -> bool:
        """A full disk must not keep the service from starting: what cannot be deleted stays."""
        try:
            with self._transaction() as change:
                self._file.delete_series(change.connection, series)
        except StoreError as error:
            logger.warning("series without samples could not be removed: %s", error)
            return False
        return True
