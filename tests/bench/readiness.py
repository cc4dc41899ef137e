"""From the start of the process to the first 200 of ``/-/ready``, on 10 M samples."""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from collector.fetch import Fetched
from tests.bench.ingest import Shape, page, target_writers
from tests.bench.peers import COLLECTOR, free_port

SHAPES = ((4, 5_000), (200, 100))
SAMPLES = 10_000_000
STARTS = 11
STEP_SECONDS = 15.0


@dataclass(frozen=True)
class Readiness:
    """Seconds from the start of the process to ready, of several starts."""

    name: str
    median: float
    worst: float


def run() -> Iterator[Readiness]:
    for shape in (Shape(*numbers) for numbers in SHAPES):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            fill(folder / "data", shape)
            (folder / "prometheus.yml").write_text("global: {}\n")
            seconds = [start_seconds(folder) for _ in range(STARTS)]
            yield Readiness(f"ready.{shape.targets}x{shape.series}", statistics.median(seconds), max(seconds))


def fill(data: Path, shape: Shape) -> None:
    """Scrapes of the last hours, up to now."""
    store, writers = target_writers(data, shape)
    pages = [[page(shape, target, turn) for target in range(shape.targets)] for turn in range(8)]
    rounds = SAMPLES // shape.samples
    begin = time.time() - rounds * STEP_SECONDS
    for n in range(rounds):
        store.write(
            [
                writer.batch(begin + n * STEP_SECONDS, Fetched(text, "text/plain", 0.01))[0]
                for writer, text in zip(writers, pages[n % len(pages)], strict=True)
            ]
        )
        store.seal()
    store.close()


def start_seconds(folder: Path) -> float:
    """One start, which ends with a kill, so that the next one finds what a crash leaves."""
    port = free_port()
    options = ["--config", "prometheus.yml", "--data", "data", "--listen", f"127.0.0.1:{port}"]
    begin = time.perf_counter()
    process = subprocess.Popen([*COLLECTOR, "serve", *options], cwd=folder, stderr=subprocess.DEVNULL)
    try:
        while not _is_ready(port):
            if process.poll() is not None or time.perf_counter() - begin > 60:
                raise RuntimeError(f"not ready: exit status {process.poll()}")
            time.sleep(0.005)
        return time.perf_counter() - begin
    finally:
        process.kill()
        process.wait()


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/-/ready").is_success
    except httpx.TransportError:
        return False
