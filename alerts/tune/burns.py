"""What alerts ask, over a whole history and each query once: any tier is then a comparison of arrays."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from alerts.backtest.answers import answers
from alerts.backtest.lives import Life, Mask, Times, lives
from alerts.backtest.reach import LEAST_RUN_UP_SECONDS
from alerts.backtest.stretch import Stretch
from alerts.burning import Branch, branches
from alerts.expressions import RawExpressions, burn_rate
from alerts.policy import Tier
from alerts.slo import Slo
from collector.promql.engine import Engine
from collector.promql.guard import QuerySize
from collector.promql.limits import Limits
from collector.promql.parse import parse
from collector.rules.state import Hold
from collector.series import Values

_LIMITS = Limits(max_samples=2**62, max_points=2**62, timeout_seconds=math.inf)


@dataclass(frozen=True)
class Burns:
    """Of one SLO at times (t,), Unix seconds; (t,) by query, NaN where it answers nothing.

    answers: of each query that tiers ask; has_events: steps at which there is a burn rate over any short
    window. interval_seconds: between times.
    """

    slo: Slo
    times: Times
    interval_seconds: float
    answers: Mapping[str, Values]
    has_events: Mask

    @property
    def is_empty(self) -> bool:
        """Whether the history holds nothing of the SLO."""
        return not self.has_events.any()


def burns(slo: Slo, stretch: Stretch, tiers: Iterable[Tier], interval_seconds: float) -> Burns:
    """All that alerts of these tiers ask, from a run-up before the stretch to its end.

    The expressions are those of self-contained alerts, so that a tier fires here when its rule would.
    """
    tiers = list(tiers)
    before = math.ceil(run_up_seconds(tiers, interval_seconds) / interval_seconds - 1e-9)
    steps = int((stretch.end - stretch.start) / interval_seconds + 1e-9)
    times = stretch.start + np.arange(-before, steps + 1, dtype=np.float64) * interval_seconds
    ask = _Asker(Engine(stretch.samples, _LIMITS, experimental=True), times)
    for tier in tiers:
        for branch in _branches(slo, tier, interval_seconds):
            ask.branch(branch)
    rates = [burn_rate(RawExpressions(slo), window, slo) for window in {tier.short_seconds for tier in tiers}]
    has_events: Mask = np.any([np.isfinite(ask.answer(rate)) for rate in rates], axis=0)
    return Burns(slo, times, interval_seconds, ask.answers, has_events)


class _Asker:
    """Asks each query once; those that count at some steps only, from the first of these to the last."""

    def __init__(self, engine: Engine, times: Times) -> None:
        self.answers: dict[str, Values] = {}
        self._engine = engine
        self._times_ms = np.round(times * 1000).astype(np.int64)

    def branch(self, branch: Branch) -> None:
        steps = slice(None)
        if branch.only_while is not None:
            counts = np.flatnonzero(np.isfinite(self.answer(branch.only_while)))
            steps = slice(counts[0], counts[-1] + 1) if len(counts) else slice(0)
        for query, _ in branch.asked:
            self.answer(query, steps)

    def answer(self, query: str, steps: slice = slice(None)) -> Values:
        """(t,); NaN at other steps than these."""
        if query not in self.answers:
            self.answers[query] = np.full(len(self._times_ms), np.nan)
            if len(asked := self._times_ms[steps]):
                found = answers(self._engine, parse(query, size=QuerySize()), asked)
                self.answers[query][steps] = found.values[0] if len(found.labels) else np.nan
        return self.answers[query]


def _branches(slo: Slo, tier: Tier, interval_seconds: float) -> list[Branch]:
    return branches(slo, tier, RawExpressions(slo), interval_seconds)


def run_up_seconds(tiers: Iterable[Tier], interval_seconds: float) -> float:
    """How long tiers run before a stretch, so that what burned for long fires before it."""
    held = max((tier.for_seconds + tier.keep_firing_seconds for tier in tiers), default=0.0)
    return max(LEAST_RUN_UP_SECONDS, held + 2 * interval_seconds)


def tier_lives(found: Burns, tier: Tier) -> list[Life]:
    """What becomes of the tier's alert."""
    burns_by: list[Mask] = [
        np.logical_and.reduce([counts, *(one.holds(found.answers[query]) for query, one in branch.asked)])
        for branch, counts in _counting(found, tier)
    ]
    holds: Mask = np.logical_or.reduce(burns_by)
    return lives(found.times, holds, Hold(tier.for_seconds, tier.keep_firing_seconds))


def closeness(found: Burns, tier: Tier, during: Mask) -> float:
    """How close it came to its limits at the steps ``during``: it holds above 1; 0 of no step."""
    nearest = 0.0
    for branch, counts in _counting(found, tier):
        shares = [found.answers[query] / one.limit for query, one in branch.asked]
        least = np.nan_to_num(np.minimum.reduce(shares), nan=0.0)[during & counts]
        nearest = max(nearest, float(least.max(initial=0.0)))
    return nearest


def _counting(found: Burns, tier: Tier) -> Iterator[tuple[Branch, Mask]]:
    """The ways in which a tier burns, and the steps at which each counts."""
    for branch in _branches(found.slo, tier, found.interval_seconds):
        answer = None if branch.only_while is None else found.answers[branch.only_while]
        yield branch, np.ones(len(found.times), np.bool_) if answer is None else np.isfinite(answer)
