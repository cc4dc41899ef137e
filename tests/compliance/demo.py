"""Samples in the shape of the suite's demo service: three instances, scraped every 5 s, each on its phase."""

import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path

SCRAPE_SECONDS = 5
PHASES_MS = {"10000": 1217, "10001": 2643, "10002": 3881}
HISTORY_MINUTES, FUTURE_MINUTES, HISTOGRAM_MINUTES = 95, 11, 25
BOUNDS = [f"{0.0001 * 1.5**power:.12g}" for power in range(25)]
REQUESTS = (
    ("GET", "/api/bar", "200", 40),
    ("GET", "/api/foo", "200", 90),
    ("GET", "/api/foo", "500", 2),
    ("POST", "/api/foo", "200", 15),
    ("GET", "/api/nonexistent", "404", 1),
)
Times = list[float]


def write_demo(path: Path, end: int) -> None:
    """OpenMetrics from 95 minutes before ``end`` (a multiple of 5 s) until 11 minutes after."""
    rng = random.Random(20200806)
    with path.open("w") as out:
        for family, kind, samples in FAMILIES:
            out.write(f"# TYPE {family} {kind}\n")
            for port, phase in PHASES_MS.items():
                first, last = -HISTORY_MINUTES * 60, FUTURE_MINUTES * 60
                times = [end + second + phase / 1000 for second in range(first, last, SCRAPE_SECONDS)]
                labels = f'instance="demo.promlabs.com:{port}",job="demo"'
                out.writelines(samples(rng, labels, times))
        out.write("# EOF\n")


def _lines(series: str, times: Times, values: list[float]) -> Iterator[str]:
    yield from (f"{series} {value!r} {at:.3f}\n" for value, at in zip(values, times, strict=True))


def _cpus(_: random.Random, labels: str, times: Times) -> Iterator[str]:
    yield from _lines(f"demo_num_cpus{{{labels}}}", times, [4.0] * len(times))


def _memory(rng: random.Random, labels: str, times: Times) -> Iterator[str]:
    for kind, share in (("used", 0.5), ("cached", 0.3), ("buffers", 0.1), ("free", 0.1)):
        phase = rng.random()
        values = [
            float(int(2**33 * share * (1 + 0.2 * math.sin(at / 300 + phase) + 0.05 * rng.random())))
            for at in times
        ]
        yield from _lines(f'demo_memory_usage_bytes{{{labels},type="{kind}"}}', times, values)


def _cpu_seconds(rng: random.Random, labels: str, times: Times) -> Iterator[str]:
    """Counters that all start again when the instance does, three times."""
    restarts = set(rng.sample(range(100, len(times)), 3))
    for mode, busy in (("user", 1.2), ("system", 0.5), ("idle", 2.3)):
        total, values = 100 * rng.random(), []
        for step in range(len(times)):
            total = (0.0 if step in restarts else total) + SCRAPE_SECONDS * busy * rng.random()
            values.append(total)
        yield from _lines(f'demo_cpu_usage_seconds_total{{{labels},mode="{mode}"}}', times, values)


def _disk_usage(rng: random.Random, labels: str, times: Times) -> Iterator[str]:
    used, values = 2e10, []
    for _ in times:
        used = used * 0.5 if used > 3e10 else used + 5e7 * rng.random()
        values.append(used)
    yield from _lines(f"demo_disk_usage_bytes{{{labels}}}", times, values)


def _batch(rng: random.Random, labels: str, times: Times) -> Iterator[str]:
    done, values = times[0] - 60, []
    for at in times:
        done = at - rng.random() if at - done > 137 else done
        values.append(done)
    yield from _lines(f"demo_batch_last_success_timestamp_seconds{{{labels}}}", times, values)


def _intermittent(rng: random.Random, labels: str, times: Times) -> Iterator[str]:
    """Comes and goes for minutes at a time, for longer than the lookback too."""
    kept, there, change = [], True, times[0]
    for at in times:
        if at >= change:
            there, change = not there, at + rng.choice((45, 150, 400))
        if there:
            kept.append(at)
    yield from _lines(f"demo_intermittent_metric{{{labels}}}", kept, [1.0] * len(kept))


def _durations(rng: random.Random, labels: str, times: Times) -> Iterator[str]:
    times = times[-(HISTOGRAM_MINUTES + FUTURE_MINUTES) * 60 // SCRAPE_SECONDS :]
    for method, path, status, pace in REQUESTS:
        series = f'{labels},method="{method}",path="{path}",status="{status}"'
        shares = sorted(rng.random() for _ in BOUNDS)
        totals, rows, sums = [0] * (len(BOUNDS) + 1), [], []
        for _ in times:
            fresh = rng.randrange(pace + 1)
            totals = [total + int(fresh * share) for total, share in zip(totals, [*shares, 1.0], strict=True)]
            rows.append(totals)
            sums.append(totals[-1] * 0.01 + totals[0] * 0.001)
        name = "demo_api_request_duration_seconds"
        for column, bound in enumerate([*BOUNDS, "+Inf"]):
            values = [float(row[column]) for row in rows]
            yield from _lines(f'{name}_bucket{{{series},le="{bound}"}}', times, values)
        yield from _lines(f"{name}_count{{{series}}}", times, [float(row[-1]) for row in rows])
        yield from _lines(f"{name}_sum{{{series}}}", times, sums)


FAMILIES: tuple[tuple[str, str, Callable[[random.Random, str, Times], Iterator[str]]], ...] = (
    ("demo_num_cpus", "gauge", _cpus),
    ("demo_memory_usage_bytes", "gauge", _memory),
    ("demo_cpu_usage_seconds", "counter", _cpu_seconds),
    ("demo_disk_usage_bytes", "gauge", _disk_usage),
    ("demo_batch_last_success_timestamp_seconds", "gauge", _batch),
    ("demo_intermittent_metric", "gauge", _intermittent),
    ("demo_api_request_duration_seconds", "histogram", _durations),
)
