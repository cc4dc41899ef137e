"""What accounts of budgets are made of, remembered, so that each look asks only for what is new."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from alerts.budget.account import hourly_traffic
from alerts.budget.forecast import HOUR, Hourly
from alerts.budget.minutes import NO_RATIOS, ErrorRatios, error_ratios, step_seconds
from alerts.budget.status import WindowCounts
from alerts.budget.taken_off import Excluded, take_off
from alerts.exclusions.times import Exclusion
from alerts.slo import Slo
from collector.querier import Querier

_LATE_SECONDS = 30.0  # after a step's end, so that its last scrape is there
_WINDOWS = 2
Net = tuple[WindowCounts, Excluded | None]


@dataclass
class AccountMemory:
    """By the name of an objective: names are used once."""

    _nets: dict[str, tuple[tuple[WindowCounts, Net], ...]] = field(default_factory=dict)
    _traffic: dict[str, tuple[float, Hourly]] = field(default_factory=dict)
    _ratios: dict[str, tuple[float, ErrorRatios]] = field(default_factory=dict)

    def take_off(
        self, querier: Querier, slo: Slo, exclusions: Sequence[Exclusion], gross: WindowCounts, at: float
    ) -> Net:
        """Anew when the window was counted anew; of the period, and the window whose errors go on."""
        known = self._nets.get(slo.name, ())
        net = next((net for counts, net in known if counts is gross), None)
        if net is None:
            net = take_off(querier, slo, exclusions, gross, at)
        others = tuple(one for one in known if one[0] is not gross)
        self._nets[slo.name] = ((gross, net), *others)[:_WINDOWS]
        return net

    def traffic(self, querier: Querier, slo: Slo, at: float) -> Hourly:
        """Anew each hour."""
        asked_at, week = self._traffic.get(slo.name, (-math.inf, None))
        if week is None or at - asked_at >= HOUR:
            week = hourly_traffic(querier, slo, at)
            self._traffic[slo.name] = at, week
        return week

    def ratios(self, querier: Querier, slo: Slo, start: float, at: float) -> ErrorRatios:
        """Those of steps that have ended since the last look are added."""
        step = step_seconds(slo)
        until, known = self._ratios.get(slo.name, (-math.inf, NO_RATIOS))
        last = math.floor((at - _LATE_SECONDS) / step) * step
        if last > until:
            known = known.and_then(error_ratios(querier, slo, max(start, until), last))
        known = known.after(start + step / 2)
        self._ratios[slo.name] = max(last, until), known
        return known
