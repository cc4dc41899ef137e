"""A repeat scrape parsed and appended, on one thread; beside it Prometheus' Python client, parsing only."""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from collector.config import parse_config
from collector.fetch import Fetched
from collector.scrape import TargetWriter
from collector.store.durable import SampleStore
from collector.targets import discover
from tests.bench.measure import Comparison

ROUNDS = 40  # repeat scrapes that are timed, of all targets
SHAPES = ((4, 5_000), (200, 100))
METRIC = "http_request_duration_seconds_bucket"


@dataclass(frozen=True)
class Shape:
    targets: int
    series: int

    @property
    def samples(self) -> int:
        return self.targets * self.series


def run() -> Iterator[Comparison]:
    for shape in (Shape(*numbers) for numbers in SHAPES):
        pages = [[page(shape, target, turn) for target in range(shape.targets)] for turn in range(8)]
        ours, parsed = ours_seconds(shape, pages), peer_seconds(pages[0])
        name = f"ingest.{shape.targets}x{shape.series}"
        yield Comparison(name, ours, parsed, parsed / ours, ROUNDS)


def ours_seconds(shape: Shape, pages: Sequence[Sequence[str]]) -> float:
    """Median seconds for a round: each target's page read, committed (``synchronous=FULL``), published."""
    with tempfile.TemporaryDirectory() as folder:
        store, writers = target_writers(Path(folder), shape)
        rounds = [_round(store, writers, pages[n % len(pages)], 15.0 * n + 1) for n in range(ROUNDS + 2)]
        store.close()
    return statistics.median(
        rounds[2:]
    )  # the first scrape, and the first that looks the same, are no repeats


def target_writers(folder: Path, shape: Shape) -> tuple[SampleStore, list[TargetWriter]]:
    """A store in a folder, and what appends the pages of each target to it."""
    store = SampleStore(folder)
    return store, [TargetWriter(target, store) for target in targets_of(shape)]


def _round(store: SampleStore, writers: Sequence[TargetWriter], pages: Sequence[str], at: float) -> float:
    begin = time.perf_counter()
    together = [
        writer.batch(at, Fetched(text, "text/plain", 0.01))[0]
        for writer, text in zip(writers, pages, strict=True)
    ]
    store.write(together)
    store.seal()
    return time.perf_counter() - begin


def peer_seconds(pages: Sequence[str]) -> float:
    """Seconds to parse one round of pages and no more."""
    begin = time.perf_counter()
    for text in pages:
        for family in text_string_to_metric_families(text):
            assert family.samples
    return time.perf_counter() - begin


def targets_of(shape: Shape) -> list:
    hosts = [f"host{n}:80" for n in range(shape.targets)]
    job = {"job_name": "bench", "static_configs": [{"targets": hosts}]}
    (config,) = parse_config({"scrape_configs": [job]}, "bench").scrape_configs
    return discover(config)[0]


def page(shape: Shape, target: int, turn: int) -> str:
    """A page of latency buckets that have grown since the last turn."""
    rng = random.Random(target)
    lines = [f"# HELP {METRIC} Latency.", f"# TYPE {METRIC} counter"]
    for series in range(shape.series):
        value = rng.randrange(1_000_000) + turn * rng.randrange(50)
        labels = f'method="GET",route="/api/items/{series // 10}",status="200",le="{series % 10}"'
        lines.append(f"{METRIC}{{{labels}}} {value}")
    return "\n".join(lines) + "\n"
