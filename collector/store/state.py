"""The samples that queries see: streams of rows, open columns, and the blocks on file."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from collector.postings import SeriesIds
from collector.series import Milliseconds, Values
from collector.store.batches import Points, Row
from collector.store.blocks import BlockCache, BlockRef
from collector.store.columns import OpenColumn, column_pieces
from collector.store.head import MatrixHead
from collector.store.holders import POINTS, Holders
from collector.store.joined import JoinedBlocks
from collector.store.newest import BEFORE_ALL, NewestPoints
from collector.store.pieces import Piece, Rows, positions_of
from collector.store.runs import Run, Runs
from collector.store.summaries import SummaryCache

_FEW_STREAMS = 8  # which are asked as they are


class Stream:
    """The samples of one target or rule group. ``view`` is what queries see: blocks and the head."""

    def __init__(self) -> None:
        self.newest_ms = BEFORE_ALL
        self.view: tuple[Runs, MatrixHead] = (Runs(), MatrixHead())

    @property
    def sealed(self) -> list[BlockRef]:
        return [ref for run in self.view[0].all for ref in run.refs]

    @property
    def head(self) -> MatrixHead:
        return self.view[1]

    def replace_sealed(self, refs: Sequence[BlockRef], *, new_head: bool = False) -> None:
        self.newest_ms = max([self.newest_ms, *(ref.end_ms for ref in refs)])
        self.view = (Runs(refs), MatrixHead() if new_head else self.head)


class StoreState:
    """One thread changes it; any thread reads without a lock, as what it took from here stays as it was."""

    def __init__(self, blocks: BlockCache, summaries: SummaryCache) -> None:
        self._blocks = JoinedBlocks(blocks, blocks.capacity_bytes // 4)
        self._summaries = summaries
        self.streams: dict[str, Stream] = {}
        self.imported = Stream()
        self.columns: dict[int, OpenColumn] = {}
        self._newest_points = NewestPoints(blocks.read)
        self.holders = Holders()
        self.open_points = 0

    # Reading

    def pieces(
        self, wanted: SeriesIds, start_ms: int, end_ms: int, cuts: Milliseconds | None = None
    ) -> list[Piece]:
        """Samples of the wanted (ascending) series in the closed interval.

        Of one series and time there is one, as ``Intake`` sees to; what is cut meanwhile may be here twice.
        cuts: as in ``SampleSource.select``.
        """
        # Open columns are read before blocks: what is cut in between is then seen twice, never missed.
        in_columns = self._column_pieces(wanted, start_ms, end_ms)
        part = _Part(start_ms, end_ms, cuts)
        streams = [stream for stream in self._streams_of(wanted) if stream.newest_ms >= start_ms]
        pieces = [piece for stream in streams for piece in self._stream_pieces(stream, wanted, part)]
        return pieces + in_columns

    def present(self, wanted: SeriesIds, start_ms: int, end_ms: int) -> SeriesIds:
        """The wanted series with samples in the interval, to the precision of a block on file."""
        if not len(wanted):
            return wanted
        found = [piece.series for piece in self._column_pieces(wanted, start_ms, end_ms)]
        for stream in self._streams_of(wanted):
            runs, head = stream.view
            held = runs.holding(wanted)
            found += [run.series[rows] for run, rows in held if run.overlapping(start_ms, end_ms)]
            found += [piece.series for piece in _of_head(head, wanted, start_ms, end_ms)]
        return np.unique(np.concatenate(found)) if found else wanted[:0]

    def series(self) -> set[int]:
        """Numbers of all series that have samples."""
        used = set(self.columns)
        for stream in self._streams():
            runs, head = stream.view
            for run in runs.all:
                used.update(run.series.tolist())
            used.update(head.published.series.tolist())
        return used

    def newest_points(self, series: SeriesIds) -> Milliseconds:
        """The time of each series' newest sample of points and imports; BEFORE_ALL where it has none."""
        return self._newest_points.of(series, self.imported.view[0])

    def newest_row_ms(self, stream: str) -> int:
        """The time of a stream's newest row; BEFORE_ALL where it has none."""
        known = self.streams.get(stream)
        return known.newest_ms if known else BEFORE_ALL

    def newest_value(self, series: int, time_ms: int) -> float:
        """The value of a series at the time of its newest point."""
        column = self.columns.get(series)
        if column is not None and column.newest_ms == time_ms:
            return float(column.view.values[-1])
        pieces = self.pieces(np.array([series], np.int64), time_ms, time_ms)
        return float(pieces[0].values[0, 0]) if pieces else np.nan

    def _streams(self) -> Iterator[Stream]:
        yield self.imported
        yield from list(self.streams.values())

    def _streams_of(self, wanted: SeriesIds) -> Iterable[Stream]:
        """Those that may hold any of the series: most of thousands of targets and rule groups do not."""
        names = self.holders.streams_of(wanted) if len(self.streams) > _FEW_STREAMS else None
        if names is None:
            return self._streams()
        found = [self.imported if name == POINTS else self.streams.get(name) for name in names]
        return [stream for stream in found if stream is not None]

    def _stream_pieces(self, stream: Stream, wanted: SeriesIds, part: "_Part") -> Iterator[Piece]:
        runs, head = stream.view
        for run, rows in runs.holding(wanted):
            yield from self._run_pieces(run, rows, part)
        yield from _of_head(head, wanted, part.start_ms, part.end_ms)

    def _run_pieces(self, run: Run, rows: Rows, part: "_Part") -> Iterator[Piece]:
        whole = run.overlapping(part.start_ms, part.end_ms)
        for begin, stop in part.stretches(run):
            piece = self._summaries.piece(run, begin, stop, rows)
            if piece is not None:
                whole = [*whole[: bisect_left(whole, begin)], *whole[bisect_left(whole, stop) :]]
                yield piece
        refs = [run.refs[number] for number in whole]
        in_turn = run.is_ordered and len(whole) > 1 and whole[-1] - whole[0] < len(whole)
        for block in self._blocks.read(refs) if in_turn else self._blocks.read_apart(refs):
            yield from block.pieces(rows, part.start_ms, part.end_ms)

    def _column_pieces(self, wanted: SeriesIds, start_ms: int, end_ms: int) -> list[Piece]:
        columns = self.columns
        if not columns:
            return []
        held = [columns[i] for i in wanted.tolist() if i in columns]
        return [piece for column in held for piece in column_pieces(column.view, start_ms, end_ms)]

    # Changing: one thread only

    def stream(self, name: str) -> Stream:
        known = self.streams.get(name)
        if known is None:
            known = self.streams[name] = Stream()
        return known

    def add_row(self, row: Row) -> None:
        """Publishes a row, later than all that its stream holds."""
        stream = self.stream(row.stream)
        stream.newest_ms = row.at_ms  # first, as queries pass over streams that are too old
        stream.head.append(row.at_ms, row.series, row.values)

    def add_points(self, points: Points) -> None:
        edges = [0, *(np.flatnonzero(np.diff(points.series)) + 1).tolist(), len(points.series)]
        for first, last in pairwise(edges):
            self._add_run(int(points.series[first]), points.times[first:last], points.values[first:last])
        self.open_points += len(points.series)

    def _add_run(self, series: int, times: Milliseconds, values: Values) -> None:
        """Publishes samples of one series that came one after another."""
        column = self.columns.get(series)
        if column is None:
            column = self.columns[series] = OpenColumn(series)
        column.extend(times, values)
        self._newest_points.add(series, int(times[-1]) if len(times) == 1 else int(times.max()))

    def add_imported(self, refs: Sequence[BlockRef]) -> None:
        self.imported.replace_sealed([*self.imported.sealed, *refs])
        for ref in refs:
            self._newest_points.look_up_again(ref.series)
            self.holders.add(POINTS, ref.series)

    def note_holders(self) -> None:
        """Once all is loaded; from then on they are noted before samples are committed."""
        for name, stream in [(POINTS, self.imported), *self.streams.items()]:
            runs, head = stream.view
            for series in [*(run.series for run in runs.all), head.published.series]:
                self.holders.add(name, series)
        self.holders.add(POINTS, np.array(list(self.columns), np.int64))

    def replace_columns(self, refs: Sequence[BlockRef]) -> None:
        """Ends the open columns, as blocks hold what they held."""
        self.imported.replace_sealed([*self.imported.sealed, *refs])
        self.columns = {}
        self.open_points = 0

    def remove_blocks(self, before_ms: int) -> int:
        """Forgets blocks that end before a time; returns how many samples they held."""
        removed = 0
        for stream in self._streams():
            kept = [ref for ref in stream.sealed if ref.end_ms >= before_ms]
            removed += sum(ref.samples for ref in stream.sealed) - sum(ref.samples for ref in kept)
            stream.replace_sealed(kept)
        return removed

    def streams_before(self, before_ms: int) -> list[str]:
        """Streams whose newest sample is older: of targets and rule groups that went away."""
        return [name for name, stream in self.streams.items() if stream.newest_ms < before_ms]

    def remove_streams(self, names: Sequence[str]) -> int:
        """Forgets streams; returns how many samples their heads held."""
        return sum(self.streams.pop(name).head.published.values.size for name in names)

    def points_before(self, before_ms: int) -> int:
        """How many samples are in open columns that end before a time."""
        return sum(len(column) for column in self.columns.values() if column.newest_ms < before_ms)

    def forget_newest_before(self, before_ms: int) -> None:
        """Forgets the newest times of series that are older than what is kept."""
        self._newest_points.forget_before(before_ms)


@dataclass(frozen=True)
class _Part:
    """Of the time that is stored; cuts as in ``SampleSource.select``."""

    start_ms: int
    end_ms: int
    cuts: Milliseconds | None

    def stretches(self, run: Run) -> Iterable[tuple[int, int]]:
        """As ``Run.stretches``; found at once to be none where windows are shorter than blocks."""
        if self.cuts is None or self._widest_ms < run.shortest_ms:
            return ()
        return run.stretches(self.start_ms, self.end_ms, self.cuts)

    @cached_property
    def _widest_ms(self) -> int:
        """Between two cuts."""
        return int((self.cuts[1:] - self.cuts[:-1]).max(initial=0)) if self.cuts is not None else 0


def _of_head(head: MatrixHead, wanted: SeriesIds, start_ms: int, end_ms: int) -> list[Piece]:
    matrix = head.published
    if not len(matrix.times):
        return []
    return matrix.pieces(positions_of(wanted, matrix.series), start_ms, end_ms)
