"""Orders a second that the shop carries on one core within p95 < 800 ms and 2 % failed: a search of rates."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from commerce_app.load.catalogue import find_test
from tests.bench.shops import ShopProcess, run_load, seeded_servers, shop_on_one_core

FIRST_RPS = 20
RESOLUTION = 0.05
# Of the test's 25 s at each rate.
DURATION_SCALE = 0.8
# The original, whose password hashing was synchronous, broke between them.
ORIGINAL_RPS = (14, 20)


@dataclass(frozen=True)
class Orders:
    """rps: the highest rate that held; p95: seconds at it; failed_at: the lowest rate that did not.

    ratio: rps ÷ the most that the original carried.
    """

    name: str
    rps: float
    p95: float
    failed_at: float
    ratio: float


@dataclass(frozen=True)
class Try:
    rps: int
    held: bool
    p95: float


def run() -> Iterator[Orders]:
    with seeded_servers() as servers, shop_on_one_core(servers) as shop:
        _try(shop, FIRST_RPS)
        best, worst = search(lambda rps: _try(shop, rps), FIRST_RPS, RESOLUTION)
    yield Orders("orders", best.rps, best.p95, worst.rps, best.rps / max(ORIGINAL_RPS))


def search(attempt: Callable[[int], Try], first: int, resolution: float) -> tuple[Try, Try]:
    """The highest rate that held and the lowest that did not, at most ``resolution`` of it apart.

    Doubles from ``first`` until a rate fails, then halves the gap. Raises RuntimeError when the first fails.
    """
    best = attempt(first)
    if not best.held:
        raise RuntimeError(f"{first} orders a second did not hold: p95 {best.p95:.2f} s")
    for doubling in itertools.count(1):
        worst = attempt(first * 2**doubling)
        if not worst.held:
            break
        best = worst
    while worst.rps - best.rps > max(1, resolution * worst.rps):
        between = attempt((best.rps + worst.rps) // 2)
        best, worst = (between, worst) if between.held else (best, between)
    return best, worst


def _try(shop: ShopProcess, rps: int) -> Try:
    script = find_test("k6-order-test").path
    load = run_load(script, shop.url, STAGES=rps, DURATION_SCALE=DURATION_SCALE)
    tried = Try(rps, load.code == 0, load.metrics["http_req_duration{scenario:order}"]["p(95)"] / 1e3)
    print("orders", tried, flush=True)
    return tried
