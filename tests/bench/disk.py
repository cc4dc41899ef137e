"""What the same samples take on disk, packed, ours beside Prometheus' blocks."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench import peers
from tests.bench.queries import END, HOURS
from tests.bench.samples import FIFTY_TARGETS, ONE_TARGET, write_histograms


@dataclass(frozen=True)
class Disk:
    """Bytes on disk, everything included. ``ratio`` = peer ÷ ours, so above 1 we need less."""

    name: str
    samples: int
    ours: int
    peer: int
    ratio: float


def run() -> Iterator[Disk]:
    for layout in (ONE_TARGET, FIFTY_TARGETS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            page = folder / "samples.om"
            samples = write_histograms(page, layout, end=END, hours=HOURS)
            blocks, data = folder / "prometheus", folder / "fireline"
            peers.make_blocks(page, blocks)
            peers.import_samples(page, data)
            ours, peer = _bytes(data), _bytes(blocks)
            yield Disk(f"disk.{layout.name}", samples, ours, peer, peer / ours)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
