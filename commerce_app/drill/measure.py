"""Reads an act's series from Fireline's own HTTP API and says what each did."""

from collections.abc import Mapping
from dataclasses import dataclass

from commerce_app.drill.display import figure
from commerce_app.drill.fireline_api import FirelineApi
from commerce_app.drill.onsets import Course, Moments, Points, course
from commerce_app.drill.scenario import Measuring
from commerce_app.drill.series import MEASURED, SERIES

# With less than this idle, whatever else wants the CPU decides how late everything is.
BUSY_IDLE_RATIO = 0.05
# Slower than this for a while, and what an act shows is the machine's host, not the shop.
SLOW_SPEED_RATIO = 0.6
SPEED_WINDOW = "15s"


def read_series(api: FirelineApi, start: float, end: float, measuring: Measuring) -> dict[str, Points]:
    """Every series at every scrape of the act."""
    step = measuring.scrape_seconds
    return {each.name: api.points(each.over(measuring.window_seconds), start, end, step) for each in MEASURED}


def courses(series: Mapping[str, Points], moments: Moments) -> dict[str, Course]:
    """What each series of the closing table did."""
    return {each.name: course(series[each.name], moments, rises=each.rises) for each in SERIES}


@dataclass(frozen=True)
class SloResult:
    """An objective over one act alone: the share of its events that were bad."""

    name: str
    objective: float
    error_ratio: float | None

    @property
    def kept(self) -> bool:
        return self.error_ratio is not None and self.error_ratio <= 1 - self.objective


def slo_results(api: FirelineApi, seconds: float) -> list[SloResult]:
    """Every objective over the last ``seconds``."""
    window = f"{int(seconds)}s"
    found = []
    for slo in api.slos():
        bad, total = (
            api.value(slo["queries"][kind].replace("$window", window)) or 0.0 for kind in ("bad", "total")
        )
        found.append(SloResult(slo["name"], float(slo["objective"]), bad / total if total else None))
    return found


def machine(api: FirelineApi, start: float, end: float) -> dict[str, float | None]:
    """How idle the machine was over the act, and how much was stolen from it: shares of all its cores.

    speed_ratio: how fast it computed in its slowest 15 s, against the fastest that it did in the act.
    """
    seconds = int(end - start)
    total = f"sum(rate(node_cpu_seconds_total[{seconds}s]))"
    shares = {
        mode: api.value(f'sum(rate(node_cpu_seconds_total{{mode="{mode}"}}[{seconds}s])) / {total}')
        for mode in ("idle", "steal")
    }
    return {
        **{f"{mode}_ratio": share for mode, share in shares.items()},
        "speed_ratio": api.value(speed_query(seconds)),
    }


def speed_query(seconds: int) -> str:
    """The slowest stretch of the last ``seconds``; of what ``commerce_app/stack/speed.py`` counts."""
    taken, done = (
        f"rate({name}_total[{SPEED_WINDOW}])" for name in ("machine_work_cpu_seconds", "machine_works")
    )
    return f"machine_work_best_seconds / max_over_time(({taken} / {done})[{seconds}s:5s])"


def machine_doubt(shares: Mapping[str, float | None]) -> str:
    """Why an act says more of the machine than of the shop; empty where it does not."""
    idle, speed = shares.get("idle_ratio"), shares.get("speed_ratio")
    doubts = []
    if idle is not None and idle < BUSY_IDLE_RATIO:
        doubts.append(f"{figure(idle, 'ratio')} of the machine's CPU was idle")
    if speed is not None and speed < SLOW_SPEED_RATIO:
        doubts.append(f"the machine computed at {figure(speed, 'ratio')} of its own speed for {SPEED_WINDOW}")
    return f"{' and '.join(doubts)}: too busy to judge the shop by this act" if doubts else ""
