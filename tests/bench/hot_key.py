"""A hot key expires under 1,000 readers in two processes: ours, and cashews with its locking on."""

import asyncio
import gc
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

import cashews
import numpy as np
import orjson
import uvloop
from sqlalchemy.ext.asyncio import AsyncEngine

from commerce_app.database.seed import Size, seed
from commerce_app.product.queries import STANDING
from commerce_app.settings import Settings
from commerce_app.shop import build_shop
from commerce_app.stack.stack import Stack
from commerce_app.switches import Switch

PROCESSES = 2
READERS = 500
ROUNDS = 30
WARM_UP = 2
TTL_SECONDS = 1.0
CONTENDERS = ("fireline", "cashews")

Read = Callable[[int], Awaitable[object]]


@dataclass(frozen=True)
class HotKey:
    """Loads of one expiry, on average and at most; seconds that its readers waited, medians of all expiries.

    ``worst``: the longest wait of all, which on a shared machine tells of the machine.
    """

    name: str
    rounds: int
    loads: float
    most_loads: int
    median: float
    p99: float
    worst: float


@dataclass(frozen=True)
class Round:
    """One expiry as one process saw it."""

    contender: str
    number: int
    loads: int
    seconds: list[float]


def run() -> Iterator[HotKey]:
    with Stack() as servers:
        asyncio.run(seed(servers.primary.url, Size(products=200, users=300), datetime.now(UTC)))
        settings = Settings(
            servers.primary.url,
            servers.replica.url,
            servers.valkey.url,
            product_ttl_seconds=TTL_SECONDS,
            switches=frozenset({Switch.SINGLE_FLIGHT, Switch.DISTRIBUTED_LOCK}),
        )
        rounds = _in_processes(settings)
    for contender in CONTENDERS:
        yield _summary(contender, [each for each in rounds if each.contender == contender])


def _summary(contender: str, rounds: list[Round]) -> HotKey:
    by_number = [[each for each in rounds if each.number == number] for number in range(ROUNDS)]
    loads = [sum(each.loads for each in expiry) for expiry in by_number]
    waits = [np.concatenate([each.seconds for each in expiry]) for expiry in by_number]
    medians, p99s = np.percentile(waits, [50, 99], axis=1)
    median, p99 = float(np.median(medians)), float(np.median(p99s))
    return HotKey(contender, ROUNDS, sum(loads) / ROUNDS, max(loads), median, p99, float(np.max(waits)))


def _in_processes(settings: Settings) -> list[Round]:
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(PROCESSES, timeout=60)
    pipes = [spawn.Pipe(duplex=False) for _ in range(PROCESSES)]
    processes = [spawn.Process(target=_read_all, args=(settings, together, pipe[1])) for pipe in pipes]
    for process in processes:
        process.start()
    found = [each for receiving, _ in pipes for each in receiving.recv()]
    for process in processes:
        process.join()
    return found


def _read_all(settings: Settings, together: Barrier, out: Connection) -> None:
    out.send(uvloop.run(_rounds(settings, together)))


async def _rounds(settings: Settings, together: Barrier) -> list[Round]:
    """Both in turn, each time on a product of its own that both processes have read and whose TTL is over."""
    found = []
    async with AsyncExitStack() as stack:
        contenders = {
            "fireline": await _ours(settings, stack),
            "cashews": await _cashews(settings, stack),
        }
        for number in range(-WARM_UP, ROUNDS):
            product_id = number + WARM_UP + 1
            for contender in contenders.values():
                await contender.read(product_id)
            await asyncio.sleep(TTL_SECONDS * 1.2)
            for name in CONTENDERS if number % 2 else reversed(CONTENDERS):
                contender = contenders[name]
                gc.collect()  # or it falls on whoever is at turn
                before = contender.loads
                together.wait()
                seconds = await _crowd(contender.read, product_id)
                together.wait()
                if number >= 0:
                    found.append(Round(name, number, contender.loads - before, seconds))
    return found


async def _crowd(read: Read, product_id: int) -> list[float]:
    begin = time.perf_counter()

    async def reader() -> float:
        await read(product_id)
        return time.perf_counter() - begin

    return list(await asyncio.gather(*(reader() for _ in range(READERS))))


class Contender:
    """A cache before the same load, which is counted."""

    read: Read

    def __init__(self, replica: AsyncEngine) -> None:
        self._replica = replica
        self.loads = 0

    async def load(self, product_id: int) -> bytes:
        """Where a product stands in its category: the dear part of a page."""
        self.loads += 1
        async with self._replica.connect() as connection:
            row: Any = (await connection.execute(STANDING, {"product_id": product_id})).mappings().one()
        return orjson.dumps(dict(row))


async def _ours(settings: Settings, stack: AsyncExitStack) -> Contender:
    shop = build_shop(settings)
    await stack.enter_async_context(shop.running())
    contender, cache = Contender(shop.database.replica), shop.caches.products.detail

    def read(product_id: int) -> Awaitable[object]:
        return cache.read(f"fireline:{product_id}", lambda: contender.load(product_id))

    contender.read = read
    return contender


async def _cashews(settings: Settings, stack: AsyncExitStack) -> Contender:
    """With its lock, and its protection of the process, which is on unless it is switched off."""
    shop = build_shop(settings)
    await stack.enter_async_context(shop.running())
    contender, cache = Contender(shop.database.replica), cashews.Cache()
    cache.setup(settings.redis_url, max_connections=100)
    await cache.init()
    stack.push_async_callback(cache.close)
    contender.read = cache(ttl=TTL_SECONDS, key="cashews:{product_id}", lock=True)(contender.load)
    return contender
