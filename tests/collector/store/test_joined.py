"""Blocks that are read one after another come as one, and hold what each of them holds."""

import numpy as np
import pytest

from collector.store.blocks import BlockRef
from collector.store.joined import JoinedBlocks
from collector.store.pieces import ABSENT, Matrix

SERIES = np.array([3, 5], np.int64)
CAPACITY = 10_000


class Blocks:
    """Blocks of two series and five samples each; counts what is read."""

    def __init__(self, count, gone=()):
        self.reads = 0
        self._gone = gone
        self.refs = [BlockRef(n, n * 100, n * 100 + 40, 10, SERIES, False) for n in range(count)]

    def read(self, ref):
        self.reads += 1
        if ref.number in self._gone:
            return None
        times = np.arange(5) * 10 + ref.start_ms
        values = np.stack([times * 1.0, np.where(times == 120, ABSENT, times * 2.0)])
        return Matrix(SERIES, times, values, ref.number == 1)


def test_blocks_are_joined_once():
    blocks = Blocks(3)
    joined = JoinedBlocks(blocks, CAPACITY)
    (first,), (again,) = joined.read(blocks.refs), joined.read(blocks.refs)
    assert again is first
    assert blocks.reads == 3
    assert first.times.tolist() == [start + n for start in (0, 100, 200) for n in range(0, 50, 10)]
    assert first.values[0].tolist() == first.times.tolist()
    assert first.gaps


def test_a_sample_that_is_absent_stays_so():
    blocks = Blocks(3)
    (matrix,) = JoinedBlocks(blocks, CAPACITY).read(blocks.refs)
    pieces = matrix.pieces(np.array([1]), 100, 140)
    assert [piece.times.tolist() for piece in pieces] == [[100, 110, 130, 140]]


def test_a_block_that_is_gone_leaves_the_others_as_they_are():
    blocks = Blocks(3, gone={1})
    found = list(JoinedBlocks(blocks, CAPACITY).read(blocks.refs))
    assert [block.times[0] for block in found] == [0, 200]


def test_what_is_too_large_is_not_copied():
    blocks = Blocks(20)
    assert len(list(JoinedBlocks(blocks, CAPACITY).read(blocks.refs))) == 20


@pytest.mark.parametrize(("capacity", "reads"), [(CAPACITY, 60), (1_800, 62)])
def test_what_was_used_longest_ago_goes_first(capacity, reads):
    """30 pairs of 240 bytes each: all stay, or the last seven."""
    blocks = Blocks(60)
    joined = JoinedBlocks(blocks, capacity)
    pairs = [blocks.refs[n : n + 2] for n in range(0, 60, 2)]
    for pair in pairs:
        list(joined.read(pair))
    for pair in (pairs[-1], pairs[0]):
        list(joined.read(pair))
    assert blocks.reads == reads
