"""Random series of one world: some fifty minutes of a few services, with all that goes wrong in samples.

Samples lie in the second half of a second. Queries, their windows' edges and the steps of their subqueries
lie in the first half, so that none meets a sample: only in 2.42 a window's left edge belongs to it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from collector.labels import METRIC_NAME, Labels
from collector.series import STALE_NAN, Milliseconds, Values

SPAN_SECONDS = 3000
APART_SECONDS = 86_400
_FIRST_WORLD = 1_735_689_600  # 2025-01-01
_INSTANCES = (("api", "a:1"), ("api", "a:2"), ("api", "b:1"), ("web", "a:1"), ("web", "c:1"))
_BOUNDS = ("0.1", "0.25", "0.5", "1", "2.5", "+Inf")
_WILD = (np.nan, np.inf, -np.inf, -0.0, 0.0, 1e100, 1e100, 1e-200, -1e-200, 1.0, -2.5)


@dataclass(frozen=True)
class Column:
    """One series: times in milliseconds, values with staleness markers among them."""

    times: Milliseconds
    values: Values


@dataclass(frozen=True)
class World:
    """The samples that the queries of one round are asked about; begin: Unix seconds."""

    begin: int
    series: dict[Labels, Column] = field(default_factory=dict)


def world(seed: int, number: int) -> World:
    """Worlds lie a day apart, so that no query sees two of them."""
    rng = random.Random(f"samples {seed} {number}")
    made = World(_FIRST_WORLD + number * APART_SECONDS)
    clocks = {target: _clock(rng, made.begin) for target in _INSTANCES}
    for (job, instance), clock in clocks.items():
        base = {"job": job, "instance": instance}
        for labels, values in _of_target(rng, base, clock):
            if rng.random() < 0.9:
                times = clock if rng.random() < 0.8 else _clock(rng, made.begin)
                made.series[labels] = _broken(rng, times, np.resize(values, len(times)))
    clock = clocks["web", "c:1"]
    made.series[Labels({METRIC_NAME: "lonely"})] = Column(clock, _gauge(rng, clock))
    return made


def _clock(rng: random.Random, begin: int) -> Milliseconds:
    """Scrape times: even, jittered, or with scrapes left out."""
    interval, jitter = rng.choice((10, 15, 15, 30, 60)), rng.choice((0, 0, 2, 5))
    skipped = rng.choice((0.0, 0.0, 0.1, 0.4))
    phase, at, times = rng.randrange(500, 1000), begin, []
    while at < begin + SPAN_SECONDS:
        if rng.random() >= skipped:
            milliseconds = rng.randrange(500, 1000) if jitter else phase
            times.append((at + rng.randint(0, jitter)) * 1000 + milliseconds)
        at += interval
    return np.array(times, dtype=np.int64)


def _of_target(
    rng: random.Random, base: dict[str, str], clock: Milliseconds
) -> Iterator[tuple[Labels, Values]]:
    def named(metric: str, **labels: str) -> Labels:
        return Labels({METRIC_NAME: metric, **base, **labels})

    for code in ("200", "404", "500"):
        yield named("requests_total", code=code), _counter(rng, clock)
    yield named("temperature"), _gauge(rng, clock)
    yield named("limit"), np.full(len(clock), float(rng.randint(1, 40)))
    for zone in ("eu", "us"):
        yield named("load", zone=zone, shard=str(rng.randint(1, 12))), _gauge(rng, clock)
    yield named("up"), np.array([float(rng.random() < 0.8) for _ in clock])
    yield named("build_info", version=rng.choice(("1.0", "1.1", "2.0"))), np.ones(len(clock))
    yield named("clock_seconds"), clock / 1000 + rng.randint(-(10**8), 10**8)
    yield named("wild"), np.array([rng.choice(_WILD) for _ in clock])
    yield named("wild_once"), np.array([rng.choice(_WILD) if rng.random() < 0.05 else 2.0 for _ in clock])
    for bound, values in zip(_BOUNDS, _buckets(rng, clock), strict=True):
        yield named("latency_bucket", le=bound), values


def _counter(rng: random.Random, clock: Milliseconds) -> Values:
    """Grows by whole numbers, at times not at all, and starts again now and then."""
    total, values = float(rng.choice((0, 0, 7, 1_000_000))), []
    resets, pace = rng.choice((0.0, 0.01, 0.1)), rng.choice((0, 1, 5, 100))
    for _ in clock:
        total = float(rng.randint(0, 3)) if rng.random() < resets else total + rng.randint(0, pace)
        values.append(total)
    return np.array(values)


def _gauge(rng: random.Random, clock: Milliseconds) -> Values:
    """Multiples of a quarter, so that sums are exact in any order; or one value throughout."""
    if rng.random() < 0.1:
        return np.full(len(clock), rng.randint(-40, 40) / 4)
    low, high = rng.choice(((-4000, 4000), (-8, 8), (1, 400)))
    return np.array([rng.randint(low, high) / 4 for _ in clock])


def _buckets(rng: random.Random, clock: Milliseconds) -> Iterator[Values]:
    """Cumulative over the bounds, or almost: a histogram may be torn."""
    total = np.zeros(len(clock))
    torn = rng.random() < 0.2
    for _ in _BOUNDS:
        total = total + np.cumsum([rng.randint(0, 4) for _ in clock])
        yield total - rng.randint(0, 30) * torn


def _broken(rng: random.Random, times: Milliseconds, values: Values) -> Column:
    """With gaps, some of which a staleness marker announces, and a beginning and an end of its own."""
    values = values.copy()
    kept = np.ones(len(times), dtype=bool)
    for _ in range(rng.choice((0, 0, 1, 3))):
        begin = rng.randrange(len(times))
        kept[begin + 1 : begin + rng.randint(2, 40)] = False
        if rng.random() < 0.7:
            values[begin] = STALE_NAN
    if rng.random() < 0.2:
        kept[: rng.randrange(len(times))] = False
    if rng.random() < 0.2:
        kept[rng.randrange(1, len(times)) :] = False
    return Column(times[kept], values[kept])
