"""How much of a long window is recorded: an increase over 3d on a store ten minutes old is of ten minutes.

What is missing counts as good traffic, as the time before an onset does in ``alerts.burnrate``: the burn
rate over a window is multiplied by the share of it that lies after its first count. Gaps later on change
nothing, since counters go on counting while nobody scrapes. docs/decisions/0005 has the reasons.
"""

from collections.abc import Mapping

from alerts.slo import Slo
from collector.durations import format_duration

LEAST_SECONDS = 3600.0  # shorter windows are full before anybody has looked, and watch the young store
_STEPS, _LONGEST_STEP_SECONDS = 60, 300.0
_COUNTED_SHARE, _LONGEST_COUNTED_SECONDS = 1 / 12, 1800.0


def is_weighed(seconds: float) -> bool:
    """Whether a tier with this long window asks how much of it is recorded."""
    return seconds >= LEAST_SECONDS


def history_name(seconds: float) -> str:
    """The recorded series of the share of a window that is recorded."""
    return f"slo:history:ratio{format_duration(seconds)}"


def history_ratio(slo: Slo, seconds: float, count: str = "") -> str:
    """PromQL for the share, 0–1 and late by a step at most; absent where scrapes are too seldom to tell.

    count: what the window is counted from, if not from the SLO's own query of all events.
    """
    step_seconds = _step_seconds(seconds)
    counted_over = min(seconds * _COUNTED_SHARE, _LONGEST_COUNTED_SECONDS)
    counted = f"timestamp({count or slo.sli.total_over(format_duration(counted_over))})"
    first = f"min_over_time({counted}[{format_duration(seconds)}:{format_duration(step_seconds)}])"
    return f"clamp_max((time() - ({first} or {counted}) + {step_seconds:.12g}) / {seconds:.12g}, 1)"


def recorded_seconds(shares: Mapping[float, float]) -> dict[float, float]:
    """How much of each window is recorded at least, in seconds, from the shares.

    A share may be a step too large. A shorter window knows better, and what it holds a longer one holds too.
    """
    recorded, most = {}, 0.0
    for window, share in sorted(shares.items()):
        most = window if share >= 1 else max(most, share * window - _step_seconds(window))
        recorded[window] = most
    return recorded


def _step_seconds(seconds: float) -> float:
    return min(seconds / _STEPS, _LONGEST_STEP_SECONDS)
