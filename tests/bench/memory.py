"""Memory of a collector that holds 100,000 series, scraped every 15 s for three hours."""

import multiprocessing
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from collector.app import Collector
from collector.config import parse_config
from collector.fetch import Fetched
from collector.scrape import TargetWriter
from tests.bench.ingest import Shape, page, targets_of

SHAPE = Shape(20, 5_000)
STEP_SECONDS = 15.0
HOURS = 3


@dataclass(frozen=True)
class Memory:
    """Bytes resident: the most there ever were, and those at the end. ``samples``: how many were kept."""

    samples: int
    peak: int
    resident: int


def run() -> Memory:
    """In a process of its own, which does nothing else."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, context.Pool(1) as pool:
        return pool.apply(_fill, (Path(folder),))


def _fill(folder: Path) -> Memory:
    collector = Collector(parse_config({}, "bench"), folder)
    writers = [TargetWriter(target, collector.store) for target in targets_of(SHAPE)]
    pages = [[page(SHAPE, target, turn) for target in range(SHAPE.targets)] for turn in range(2)]
    rounds = round(HOURS * 3600 / STEP_SECONDS)
    begin = time.time() - rounds * STEP_SECONDS
    for n in range(rounds):
        for writer, text in zip(writers, pages[n % len(pages)], strict=True):
            at = begin + n * STEP_SECONDS
            collector.store.write([writer.batch(at, Fetched(text, "text/plain", 0.01))[0]])
            collector.store.seal()
    memory = Memory(collector.store.counters.appended, _status("VmHWM"), _status("VmRSS"))
    collector.store.close()
    return memory


def _status(field: str) -> int:
    """Of this process, in bytes; see proc(5)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = (line for line in lines if line.startswith(f"{field}:"))
    return int(line.split()[1]) * 1024
