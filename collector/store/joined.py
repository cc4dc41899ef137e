"""Blocks that queries read one after another, kept as one: dashboards ask for the same hours again."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence

import numpy as np

from collector.store.blocks import Block, BlockCache, BlockRef
from collector.store.pieces import Matrix

# Of what is kept, for one: what is larger is copied at little cost beside what is done with it.
_LARGEST_SHARE = 8

_Key = tuple[int, int, int]


class JoinedBlocks:
    """Safe to use from several threads. ``capacity_bytes`` is beside that of the blocks themselves."""

    def __init__(self, blocks: BlockCache, capacity_bytes: int) -> None:
        self._blocks = blocks
        self._capacity_bytes = capacity_bytes
        self._held_bytes = 0
        self._kept: OrderedDict[_Key, Matrix] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, refs: Sequence[BlockRef]) -> Iterator[Block]:
        """Blocks of the same series, each begun after the one before has ended: as one, or as they are.

        Raises:
            StoreError: for a file that cannot be read.
        """
        samples = sum(ref.samples for ref in refs)
        if len(refs) < 2 or samples * 8 > self._capacity_bytes // _LARGEST_SHARE:
            yield from self.read_apart(refs)
            return
        key = (refs[0].number, refs[-1].number, len(refs))
        with self._lock:
            held = self._kept.get(key)
            if held is not None:
                self._kept.move_to_end(key)
        if held is not None:
            yield held
            return
        blocks = list(self.read_apart(refs))
        parts = [block for block in blocks if isinstance(block, Matrix)]
        if len(parts) < len(refs):
            yield from blocks
            return
        joined = _joined(parts)
        self._keep(key, joined)
        yield joined

    def read_apart(self, refs: Sequence[BlockRef]) -> Iterator[Block]:
        """Each block as it is; without those that are gone or damaged."""
        read = (self._blocks.read(ref) for ref in refs)
        return (block for block in read if block is not None)

    def _keep(self, key: _Key, joined: Matrix) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = joined
                self._held_bytes += joined.nbytes
            while self._held_bytes > self._capacity_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._held_bytes -= dropped.nbytes


def _joined(parts: Sequence[Matrix]) -> Matrix:
    return Matrix(
        parts[0].series,
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.values for part in parts], axis=1),
        any(part.gaps for part in parts),
        all(part.finite for part in parts),
    )
