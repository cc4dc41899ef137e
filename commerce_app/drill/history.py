"""Normal history for the SLO series, so that long windows mean something in a drill of minutes.

It is made up and says so: every series carries ``origin="synthetic_history"``. Coarse over 30 days, fine over
the last hours; a plain day's rise and fall; never an incident.
"""

import math
from collections.abc import Iterable, Iterator, Mapping

from commerce_app.drill.scenario import NormalTraffic

DAY_SECONDS = 86_400.0
DAILY_SWING = 0.4
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 7.5, 10.0)
METRIC = "http_server_request_duration_seconds"
LABELS = {"job": "shop", "instance": "history", "origin": "synthetic_history"}


def sample_times(end: float) -> list[float]:
    """Hourly for 30 days, every two minutes for 7 hours, every 15 s for the last 15 minutes."""
    hourly = [end - 3600 * n for n in range(30 * 24, 7, -1)]
    fine = [end - 120 * n for n in range(7 * 30, 7, -1)]
    finest = [end - 15 * n for n in range(60, -1, -1)]
    return sorted({*hourly, *fine, *finest})


def requests_since(start: float, at: float, per_second: float) -> float:
    """Requests from ``start`` to ``at``: the mean rate, swinging by day around it."""
    turn = 2 * math.pi / DAY_SECONDS
    swing = (math.cos(turn * start) - math.cos(turn * at)) / turn
    return per_second * (at - start + DAILY_SWING * swing)


def share_under(bound_seconds: float, normal: NormalTraffic) -> float:
    """The share of requests that take at most ``bound_seconds``."""
    spread = math.log(normal.p95_seconds / normal.median_seconds) / 1.6448536269514722
    return 0.5 * (1 + math.erf(math.log(bound_seconds / normal.median_seconds) / (spread * math.sqrt(2))))


def openmetrics(normals: Iterable[NormalTraffic], end: float) -> Iterator[str]:
    """The history as lines of OpenMetrics text, each with its newline; the last sample is at ``end``."""
    times = sample_times(end)
    yield f"# TYPE {METRIC} histogram\n"
    yield f"# UNIT {METRIC} seconds\n"
    for normal in normals:
        shares = [(str(bound), share_under(bound, normal)) for bound in BOUNDS]
        labels = _labels(normal)
        for at in times:
            count = requests_since(times[0], at, normal.per_second)
            yield from _point(labels, shares, int(count), normal.median_seconds, at)
    yield "# EOF\n"


def _point(
    labels: str, shares: list[tuple[str, float]], count: int, mean_seconds: float, at: float
) -> Iterator[str]:
    stamp = f"{at:.3f}"
    for bound, share in shares:
        yield f'{METRIC}_bucket{{{labels},le="{bound}"}} {int(count * share)} {stamp}\n'
    yield f'{METRIC}_bucket{{{labels},le="+Inf"}} {count} {stamp}\n'
    yield f"{METRIC}_count{{{labels}}} {count} {stamp}\n"
    yield f"{METRIC}_sum{{{labels}}} {count * mean_seconds:g} {stamp}\n"


def _labels(normal: NormalTraffic) -> str:
    own: Mapping[str, str] = {
        "http_request_method": normal.method,
        "http_route": normal.route,
        "http_response_status_code": str(normal.status),
        "error_type": normal.error_type,
    }
    return ",".join(f'{name}="{value}"' for name, value in {**own, **LABELS}.items())
