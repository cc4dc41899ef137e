"""What was observed of a ratio, and the objective that it bears out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collector.series import Series, Values

LADDER = (0.9995, 0.999, 0.995, 0.99, 0.95)  # below 93 % the default policy has tiers that cannot fire
DEFAULT_OBJECTIVE = 0.99
ENOUGH_SECONDS = 86_400.0
ENOUGH_EVENTS = 1000.0
FEWEST_BAD = 10.0  # an objective whose budget is fewer events than this is decided by chance


@dataclass(frozen=True)
class Figures:
    """Bad events among all, over ``seconds``; ``normal`` and ``worst`` are ratios of one step of many.

    normal: the step that nine of ten are better than.
    """

    seconds: float
    step_seconds: float
    total: float
    bad: float
    normal: float
    worst: float

    @property
    def ratio(self) -> float:
        return self.bad / self.total if self.total else 0.0

    @property
    def enough(self) -> bool:
        """Whether they bear out an objective: a day and a thousand events."""
        return self.seconds >= ENOUGH_SECONDS and self.total >= ENOUGH_EVENTS


def figures_of(total: Sequence[Series], bad: Sequence[Series], step_seconds: float) -> Figures | None:
    """Of one series of increases each, step by step; None without an event."""
    if not total:
        return None
    by_time = dict(zip(bad[0].times.tolist(), bad[0].values.tolist(), strict=True)) if bad else {}
    times, counts = total[0].times, _finite(total[0].values)
    bads = np.clip(_finite(np.array([by_time.get(at, 0.0) for at in times.tolist()])), 0.0, counts)
    if not counts.sum() > 0:
        return None
    busy = counts >= max(1.0, 0.01 * counts.max())
    ratios = bads[busy] / counts[busy]
    return Figures(
        seconds=len(times) * step_seconds,
        step_seconds=step_seconds,
        total=float(counts.sum()),
        bad=float(bads.sum()),
        normal=float(np.quantile(ratios, 0.9)),
        worst=float(ratios.max()),
    )


def _finite(values: Values) -> Values:
    return np.where(np.isfinite(values), values, 0.0)


def objective_for(figures: Figures | None, ladder: Sequence[float] = LADDER) -> float | None:
    """The strictest of the ladder that was met, with half of the budget to spare in a usual step.

    With little history no more than the default; None where not even the laxest was met.
    """
    if figures is None:
        return DEFAULT_OBJECTIVE
    for objective in ladder:
        budget = 1.0 - objective
        proven = figures.enough and figures.total * budget >= FEWEST_BAD
        if objective > DEFAULT_OBJECTIVE and not proven:
            continue
        if figures.ratio <= budget and 2.0 * figures.normal <= budget:
            return objective
    return None
