"""Reads summaries of blocks, keeping those of the most recently used runs up to a number of bytes."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np
import sqlalchemy as sa

from collector.series import Values
from collector.store.faults import BROKEN, StoreDamagedError, reading_told
from collector.store.pieces import Piece, Rows
from collector.store.runs import Run
from collector.store.schema import blocks
from collector.store.summary import Summaries, joined, unpack_summary

_READ_AT_ONCE = 500

# Two streams may have the same series, but no block in common.
_Key = tuple[int, int]


class SummaryCache:
    """Safe to use from several threads."""

    def __init__(self, engine: sa.Engine, capacity_bytes: int) -> None:
        self._engine = engine
        self._capacity_bytes = capacity_bytes
        self._held_bytes = 0
        self._kept: OrderedDict[_Key, tuple[Run, Summaries]] = OrderedDict()
        self._lock = threading.Lock()

    def piece(self, run: Run, begin: int, stop: int, rows: Rows) -> Piece | None:
        """Some series of a run, by their places there, in its blocks begin … stop−1: as their edges.

        None where a summary cannot be read: the blocks themselves must be.

        Raises:
            StoreError: for a file that cannot be read.
        """
        summaries = self._of(run)
        if not summaries.known[begin:stop].all():
            return None
        edges, omitted = summaries.stretch(begin, stop, rows)
        series = run.series if len(rows) == len(run.series) else run.series[rows]
        return Piece(series, np.array([run.starts[begin], run.ends[stop - 1]]), edges, omitted, finite=True)

    def _of(self, run: Run) -> Summaries:
        key = _key(run)
        with self._lock:
            former = self._kept.get(key)
            if former is not None and former[0].refs is run.refs:
                self._kept.move_to_end(key)
                return former[1]
            former = former or self._since_shortened(run)
        made = self._read(run, former)
        self._keep(run, made, former)
        return made

    def _since_shortened(self, run: Run) -> tuple[Run, Summaries] | None:
        """What is kept of a run that lost its first blocks to retention."""
        first = run.refs[0].number
        alike = (kept for kept in self._kept.values() if kept[0].series is run.series)
        return next((kept for kept in alike if any(ref.number == first for ref in kept[0].refs)), None)

    def _read(self, run: Run, former: tuple[Run, Summaries] | None) -> Summaries:
        """Takes what was read before, and reads the rest."""
        columns = np.zeros((3, len(run.series), len(run.refs)))
        known = np.zeros(len(run.refs), np.bool_)
        place = {ref.number: place for place, ref in enumerate(run.refs) if ref.summarised}
        if former is not None:
            held = enumerate(former[0].refs)
            pairs = [(n, place.pop(ref.number)) for n, ref in held if ref.number in place]
            before, now = np.array(pairs, np.int64).reshape(-1, 2).T
            columns[:, :, now] = former[1].columns()[:, :, before]
            known[now] = former[1].known[before]
        for number, summary in self._on_file(list(place)):
            if summary.shape == columns.shape[:2]:
                columns[:, :, place[number]] = summary
                known[place[number]] = True
        rows = np.array([ref.samples // len(run.series) for ref in run.refs], np.int64)
        return joined(columns, rows, known)

    def _on_file(self, numbers: Sequence[int]) -> Iterator[tuple[int, Values]]:
        """Summaries that are sound. In place of others the block is read, and told if it is damaged too."""
        query = sa.select(blocks.c.id, blocks.c.summary)
        for start in range(0, len(numbers), _READ_AT_ONCE):
            some = numbers[start : start + _READ_AT_ONCE]
            with suppress(StoreDamagedError), reading_told(), self._engine.connect() as connection:
                for number, data in connection.execute(query.where(blocks.c.id.in_(some))):
                    with suppress(*BROKEN):
                        yield number, unpack_summary(data)

    def _keep(self, run: Run, summaries: Summaries, former: tuple[Run, Summaries] | None) -> None:
        """former: what it takes the place of."""
        with self._lock:
            for key in {_key(run), _key(former[0]) if former else _key(run)}:
                dropped = self._kept.pop(key, None)
                self._held_bytes -= dropped[1].nbytes if dropped else 0
            self._held_bytes += summaries.nbytes
            self._kept[_key(run)] = (run, summaries)
            while self._held_bytes > self._capacity_bytes and len(self._kept) > 1:
                _, (_, oldest) = self._kept.popitem(last=False)
                self._held_bytes -= oldest.nbytes


def _key(run: Run) -> _Key:
    """Stays as it is while blocks are added at the end."""
    return id(run.series), run.refs[0].number
