"""Cuts what is open into blocks, and removes what is older than it is to be kept."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial

from collector.store.batches import StoreCounters
from collector.store.blocks import BlockRef
from collector.store.columns import blocks_of
from collector.store.database import Change
from collector.store.file import StoreFile
from collector.store.newest import BEFORE_ALL
from collector.store.state import StoreState, Stream

POINTS_PER_CUT = 200_000


class Upkeep:
    """One thread's, as all writing is. What cannot be committed stays as it was: StoreError."""

    def __init__(
        self,
        file: StoreFile,
        state: StoreState,
        counters: StoreCounters,
        transaction: Callable[[], AbstractContextManager[Change]],
    ) -> None:
        self._file = file
        self._state = state
        self._counters = counters
        self._transaction = transaction

    def seal(self) -> None:
        """As the store's."""
        for name, stream in list(self._state.streams.items()):
            if stream.head.full:
                self._seal_stream(name)
        if self._state.open_points >= POINTS_PER_CUT:
            self.seal_points()

    def drop_before(self, before_ms: int) -> int:
        """As the store's."""
        dropped, points = self._counters.dropped_samples, self._state.points_before(before_ms)
        if points:
            self.seal_points(before_ms)
        ended = self._state.streams_before(before_ms)
        with self._transaction() as change:
            self._file.delete_blocks(change.connection, before_ms)
            self._file.delete_streams(change.connection, ended)
            change.publish = partial(self._forget_before, before_ms, ended, points)
        return self._counters.dropped_samples - dropped

    def _forget_before(self, before_ms: int, ended: Sequence[str], points: int) -> None:
        """points: how many samples of open columns were left out when the others were cut."""
        removed = self._state.remove_blocks(before_ms) + self._state.remove_streams(ended)
        self._state.forget_newest_before(before_ms)
        self._counters.dropped_samples += points + removed

    def _seal_stream(self, name: str) -> None:
        stream = self._state.stream(name)
        with self._transaction() as change:
            made = stream.head.published.blocks()
            refs = [self._file.save_block(change.connection, block, name) for block in made]
            self._file.delete_rows(change.connection, name, max(ref.end_ms for ref in refs))
            change.publish = partial(self._publish_sealed, stream, refs)

    def _publish_sealed(self, stream: Stream, refs: Sequence[BlockRef]) -> None:
        stream.replace_sealed([*stream.sealed, *refs], new_head=True)
        self._counters.cut_blocks += len(refs)

    def seal_points(self, since_ms: int = BEFORE_ALL) -> None:
        """Cuts the open columns into blocks, but for those that end before a time."""
        columns = [column for column in self._state.columns.values() if column.newest_ms >= since_ms]
        made = blocks_of(column.view for column in columns)
        with self._transaction() as change:
            refs = [self._file.save_block(change.connection, block, None) for block in made]
            self._file.delete_points(change.connection)
            change.publish = partial(self._publish_cut, refs)

    def _publish_cut(self, refs: Sequence[BlockRef]) -> None:
        self._state.replace_columns(refs)
        self._counters.cut_blocks += len(refs)
