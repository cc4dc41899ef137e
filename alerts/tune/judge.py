"""What each candidate would have done: how soon it paged, how often in vain, how near quiet time came."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from alerts.backtest.calls import Span, calls
from alerts.backtest.lives import Mask
from alerts.backtest.stretch import Incident, Stretch
from alerts.policy import Tier
from alerts.tune.burns import Burns, closeness, tier_lives
from alerts.tune.candidates import Candidate

AFTERMATH_SECONDS = 6 * 3600.0  # in which long windows still hold the incident


@dataclass(frozen=True)
class Evidence:
    """A stretch with the burn rates of the SLOs that it has events of."""

    stretch: Stretch
    burns: tuple[Burns, ...]

    @property
    def is_quiet(self) -> bool:
        return not self.stretch.incidents

    @property
    def watched_seconds(self) -> float:
        """For how long no incident was and an SLO had a burn rate: without events nothing can fire."""
        if not self.burns:
            return 0.0
        times = self.burns[0].times
        watched: Mask = np.any([one.has_events for one in self.burns], axis=0) & (times >= self.stretch.start)
        for one in self.stretch.incidents:
            watched &= (times < one.onset) | (times > one.end)
        return float(np.count_nonzero(watched) * (times[1] - times[0]))

    def quiet_steps(self, times: np.typing.NDArray[np.float64]) -> Mask:
        """Steps (t,) in the stretch, neither in an incident nor within six hours of its end."""
        quiet: Mask = times >= self.stretch.start
        for one in self.stretch.incidents:
            quiet &= (times < one.onset) | (times > one.end + AFTERMATH_SECONDS)
        return quiet


@dataclass(frozen=True)
class TierFired:
    """What one tier did in one stretch: when any SLO fired and reset, and how close quiet time came.

    spans: also of what fired before the stretch and still did at its start.
    """

    spans: tuple[Span, ...]
    closeness: float


@dataclass(frozen=True)
class Judged:
    """What a candidate did. page_seconds: from each incident's onset, None where it is missed.

    false_pages: by the stretches' names, those with some; as ``alerts.backtest.calls`` has them.
    closeness: of the nearest quiet step to a page.
    """

    candidate: Candidate
    page_seconds: tuple[float | None, ...]
    false_pages: Mapping[str, int]
    closeness: float

    @property
    def missed(self) -> int:
        return self.page_seconds.count(None)

    @cached_property
    def false(self) -> int:
        return sum(self.false_pages.values())

    @cached_property
    def median_seconds(self) -> float:
        """Over the incidents found; infinite where there is none."""
        found = [seconds for seconds in self.page_seconds if seconds is not None]
        return statistics.median(found) if found else float("inf")

    @property
    def worst_seconds(self) -> float:
        return max((s for s in self.page_seconds if s is not None), default=float("inf"))


def judged(candidates: Sequence[Candidate], evidence: Sequence[Evidence]) -> list[Judged]:
    """Each tier runs once over each stretch; a policy fires when any of its tiers does."""
    tiers = dict.fromkeys(tier for candidate in candidates for tier in candidate.tiers)
    fired = {tier: [_fired(tier, one) for one in evidence] for tier in tiers}
    return [_judged(candidate, evidence, fired) for candidate in candidates]


def _fired(tier: Tier, evidence: Evidence) -> TierFired:
    stretch = evidence.stretch
    fired = [
        (life.firing_at, math.inf if life.resolved_at is None else life.resolved_at)
        for burns in evidence.burns
        for life in tier_lives(burns, tier)
        if life.firing_at is not None and (life.resolved_at is None or life.resolved_at > stretch.start)
    ]
    near = [closeness(burns, tier, evidence.quiet_steps(burns.times)) for burns in evidence.burns]
    return TierFired(tuple(fired), max(near, default=0.0))


def _judged(
    candidate: Candidate, evidence: Sequence[Evidence], fired: Mapping[Tier, Sequence[TierFired]]
) -> Judged:
    seconds: list[float | None] = []
    false: dict[str, int] = {}
    for place, one in enumerate(evidence):
        pages = [span for tier in candidate.tiers for span in fired[tier][place].spans]
        seconds += [_first_page(pages, incident) for incident in one.stretch.incidents]
        if in_vain := calls(pages, one.stretch).count(False):
            false[one.stretch.name] = in_vain
    near = max((each.closeness for tier in candidate.tiers for each in fired[tier]), default=0.0)
    return Judged(candidate, tuple(seconds), false, near)


def _first_page(pages: Sequence[Span], incident: Incident) -> float | None:
    begun = [fired_at for fired_at, _ in pages if incident.onset <= fired_at <= incident.end]
    return min(begun) - incident.onset if begun else None
