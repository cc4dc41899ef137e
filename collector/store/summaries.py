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


class SummaryCache:
    """Safe to use from several threads."""

    def __init__(self, engine: sa.Engine, capacity_bytes: int) -> None:
        self._engine = engine
        self._capacity_bytes = capacity_bytes
        self._held_bytes = 0
        self._kept: OrderedDict[int, tuple[Run, Summaries]] = OrderedDict()
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
        with self._lock:
            former = self._kept.get(id(run.series))
            if former is not None and former[0].refs is run.refs:
                self._kept.move_to_end(id(run.series))
                return former[1]
        made = self._read(run, former)
        self._keep(run, made)
        return made

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

    def _keep(self, run: Run, summaries: Summaries) -> None:
        with self._lock:
            former = self._kept.pop(id(run.series), None)
            self._held_bytes += summaries.nbytes - (former[1].nbytes if former else 0)
            self._kept[id(run.series)] = (run, summaries)
            while self._held_bytes > self._capacity_bytes and len(self._kept) > 1:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._held_bytes -= dropped.nbytes
