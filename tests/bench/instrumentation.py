"""What instrumentation costs the shop: requests a second with it and without, in turn, on one core."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench.shops import BARE, INSTRUMENTED, ShopProcess, run_load, seeded_servers, shop_on_one_core

ROUNDS = 9
SECONDS = 8
MIX = Path(__file__).with_name("shop_mix.js")
SHOPS = {"on": INSTRUMENTED, "off": BARE}


@dataclass(frozen=True)
class Overhead:
    """Medians over the rounds. rps: requests a second; cpu: the shop's CPU seconds for a request.

    lost: the share of requests a second that instrumentation takes, 1 − on ÷ off, as the median of rounds.
    """

    name: str
    rounds: int
    on_rps: float
    off_rps: float
    lost: float
    on_cpu: float
    off_cpu: float
    more_cpu: float


@dataclass(frozen=True)
class Turn:
    rps: float
    cpu: float


def run() -> Iterator[Overhead]:
    with seeded_servers() as servers, ExitStack() as stack:
        shops = {name: stack.enter_context(shop_on_one_core(servers, how)) for name, how in SHOPS.items()}
        for shop in shops.values():
            _turn(shop)
        rounds = []
        for number in range(ROUNDS):
            order = list(shops) if number % 2 else list(reversed(shops))
            rounds.append({name: _turn(shops[name]) for name in order})
    yield summary(rounds)


def summary(rounds: list[dict[str, Turn]]) -> Overhead:
    """Each round compares two turns next to each other, so that drift of the machine falls on both."""

    def median(figure: str, name: str) -> float:
        return statistics.median(getattr(each[name], figure) for each in rounds)

    return Overhead(
        "instrumentation",
        len(rounds),
        median("rps", "on"),
        median("rps", "off"),
        statistics.median(1 - each["on"].rps / each["off"].rps for each in rounds),
        median("cpu", "on"),
        median("cpu", "off"),
        statistics.median(each["on"].cpu / each["off"].cpu - 1 for each in rounds),
    )


def _turn(shop: ShopProcess) -> Turn:
    before = shop.cpu_seconds()
    load = run_load(MIX, shop.url, SECONDS=SECONDS)
    if load.code:
        raise RuntimeError("more than 2 % of the requests failed: this compares nothing")
    requests = load.metrics["http_reqs"]
    return Turn(requests["rate"], (shop.cpu_seconds() - before) / requests["count"])
