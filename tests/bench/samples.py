"""Samples that both engines answer from, written once as OpenMetrics."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BOUNDS = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "+Inf")


@dataclass(frozen=True)
class Layout:
    """A number of targets with as many series each, scraped off-phase.

    name: says both numbers.
    targets, routes: series = targets × routes × bounds.
    """

    name: str
    targets: int
    routes: int

    @property
    def series(self) -> int:
        return self.targets * self.routes * len(BOUNDS)


ONE_TARGET = Layout("1x1000", targets=1, routes=100)
FIFTY_TARGETS = Layout("50x20", targets=50, routes=2)


def write_histograms(path: Path, layout: Layout, *, end: int, hours: float, step_seconds: int = 15) -> int:
    """Cumulative latency buckets that grow at random; returns how many samples were written.

    Each target's clock is shifted by its own number of milliseconds, as scrapers spread their targets.
    """
    rng = random.Random(20250903)
    steps = int(hours * 3600 // step_seconds)
    with path.open("w") as out:
        out.write("# TYPE http_request_duration_seconds histogram\n")
        for target in range(layout.targets):
            offset = rng.randrange(0, step_seconds * 1000) / 1000
            times = [end - (steps - i) * step_seconds + offset for i in range(steps)]
            for route in range(layout.routes):
                out.writelines(_histogram_lines(rng, f'instance="t{target}",route="/r{route}"', times))
        out.write("# EOF\n")
    return layout.series * steps


def _histogram_lines(rng: random.Random, labels: str, times: list[float]) -> Iterator[str]:
    columns = []
    running = [0] * len(times)
    for _ in BOUNDS:
        rate = rng.uniform(0, 8)
        total, column = 0, []
        for i in range(len(times)):
            total += int(rng.random() * rate)
            column.append(running[i] + total)
        running = column
        columns.append(column)
    for bound, column in zip(BOUNDS, columns, strict=True):
        name = f'http_request_duration_seconds_bucket{{{labels},le="{bound}"}}'
        yield from (f"{name} {value} {at:.3f}\n" for value, at in zip(column, times, strict=True))
