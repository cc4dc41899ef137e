"""Rounds of start, load and kill on one folder of samples."""

import random
import signal
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.collector.served import Served
from tests.killing.ledger import Ledger, Lost, lost
from tests.killing.load import Load, stored

_FLAGS = ("--enable-remote-write-receiver", "--log-level", "warning")
_LATEST_KILL_SECONDS = 2.5
_START_SECONDS = 0.8


@dataclass
class Tally:
    """acknowledged, returned: samples promised. complaints: what the server logged, by line."""

    kills: int = 0
    in_a_start: int = 0
    acknowledged: int = 0
    returned: int = 0
    lost: list[Lost] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    ready_seconds: list[float] = field(default_factory=list)

    def summary(self) -> str:
        """One line for a person."""
        return (
            f"{self.kills} kills ({self.in_a_start} in the middle of a start), {self.acknowledged} samples"
            f" acknowledged, {self.returned} more returned by queries, {len(self.lost)} lost,"
            f" {len(self.complaints)} lines logged,"
            f" ready in {statistics.median(self.ready_seconds):.2f} s (median)"
        )


def run(folder: Path, config: dict[str, object], kills: int, seed: int) -> Tally:
    """Kills the server so often, each time at a random moment from its start on."""
    rng, tally, ledger = random.Random(seed), Tally(), Ledger()
    served = Served(folder, config, *_FLAGS)
    with httpx.Client(timeout=60) as client:
        with Load(served.url, ledger):
            for _ in range(kills):
                begun = time.time()
                _live(served, rng.uniform(0, _LATEST_KILL_SECONDS), tally)
                _start(served, tally)
                tally.lost += _lost(client, served.url, ledger, begun)
        tally.lost += _lost(client, served.url, ledger, 0)
    tally.acknowledged, tally.returned = ledger.acknowledged, ledger.returned
    _kill(served, tally)
    return tally


def _live(served: Served, seconds: float, tally: Tally) -> None:
    """Short lives are followed by one that ends in the middle of a start."""
    time.sleep(seconds)
    _kill(served, tally)
    if seconds < _START_SECONDS:
        served.spawn()
        time.sleep(seconds)
        tally.in_a_start += 1
        _kill(served, tally)


def _kill(served: Served, tally: Tally) -> None:
    _, said = served.end(signal.SIGKILL)
    tally.kills += 1
    tally.complaints += said.splitlines()


def _start(served: Served, tally: Tally) -> None:
    begin = time.perf_counter()
    served.start()
    tally.ready_seconds.append(time.perf_counter() - begin)


def _lost(client: httpx.Client, url: str, ledger: Ledger, since: float) -> list[Lost]:
    """Asks only after it noted the promises, as the load goes on."""
    promised = ledger.promised(round(since * 1000))
    seconds = round(time.time() - (since or min(at for _, at in promised) / 1000)) + 5
    return lost(promised, dict(stored(client, url, seconds)))
