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
BUSY_WINDOW = "15s"


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
    """Shares of all the machine's CPU time.

    How idle it was over the act and in the act's busiest 15 s, and how much was stolen from it.
    """
    window = f"{int(end - start)}s"
    busiest = f"min_over_time(({mode_share('idle', BUSY_WINDOW)})[{window}:5s])"
    return {
        "idle_ratio": api.value(mode_share("idle", window)),
        "least_idle_ratio": api.value(busiest),
        "steal_ratio": api.value(mode_share("steal", window)),
    }


def mode_share(mode: str, window: str) -> str:
    """PromQL for the share of the CPU time of ``window`` that all cores spent so."""
    total = f"sum(rate(node_cpu_seconds_total[{window}]))"
    return f'sum(rate(node_cpu_seconds_total{{mode="{mode}"}}[{window}])) / {total}'


def machine_doubt(shares: Mapping[str, float | None]) -> str:
    """Why an act says more of the machine than of the shop; empty where it does not."""
    idle = shares.get("least_idle_ratio")
    if idle is None or idle >= BUSY_IDLE_RATIO:
        return ""
    least = f"{figure(idle, 'ratio')} of the machine's CPU was idle for {BUSY_WINDOW}"
    return f"{least}: too busy to judge the shop by this act"
