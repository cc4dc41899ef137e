"""Counters of a steady traffic with a steady share of errors, and the compiled rules run over them."""

from dataclasses import dataclass, replace

import numpy as np

from alerts.backtest.evaluated import evaluated
from alerts.backtest.lives import Life
from alerts.backtest.reach import needed_by_alerts
from alerts.burnrate import Sampling
from alerts.check.tiers import Pace
from alerts.compile import CompileOptions, compile_slos
from alerts.formats.openslo.slices import in_slices
from alerts.policy import Policy, Tier
from alerts.slo import Sli, SliKind, Slo, bad_counted
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from collector.rules.appenders import MemoryAppender
from collector.rules.engine import RuleEngine
from collector.rules.files import RuleGroup, parse_groups
from collector.rules.state import AlertState

TOTAL = "sum(increase(all_total[$window]))"
BAD = bad_counted("sum(increase(bad_total[$window]))", TOTAL)
HOUR, DAY = 3600.0, 86_400.0
BORN = 100 * DAY  # of the counters; they are recorded from then on
LONG_LIVED = 1000.0  # bad events counted before: increase knows no zero to stop at


def slo_of(objective: float, period_seconds: float = 30 * DAY) -> Slo:
    return Slo("web", "shop", objective, Sli(SliKind.AVAILABILITY, BAD, TOTAL), period_seconds)


@dataclass(frozen=True)
class World:
    """whole: events are counted one by one, not in fractions. phase: of scrapes against evaluations.

    onset: seconds after ``start``; the errors end ``lasts_seconds`` later.
    slices: the length in seconds and the target of slices, where these are counted.
    """

    tier: Tier
    objective: float
    error_ratio: float
    per_second: float
    phase: float = 0.0
    onset: float = 0.0
    lasts_seconds: float = float("inf")
    whole: bool = True
    bad_before: float = LONG_LIVED
    pace: Pace = Pace(exact_windows=True)  # noqa: RUF009  frozen

    slices: tuple[float, float] | None = None

    @property
    def slo(self) -> Slo:
        slo = slo_of(self.objective)
        return slo if self.slices is None else replace(slo, sli=in_slices(slo.sli, *self.slices))

    @property
    def sampling(self) -> Sampling:
        return self.pace.sampling(self.tier.severity)

    @property
    def start(self) -> float:
        """Of the rules: the long window has been recorded in full for long, and it is a whole minute."""
        return BORN + np.ceil(2 * max(self.tier.long_seconds, HOUR) / 60) * 60

    def store(self, end: float) -> MemoryStore:
        times = np.arange(BORN + self.phase, end + 1, self.sampling.scrape_seconds)
        burning = np.clip(times - self.start - self.onset, 0, self.lasts_seconds)
        total = self.per_second * (times - BORN)
        bad = self.bad_before + self.error_ratio * self.per_second * burning
        store = MemoryStore()
        for name, values in (("all_total", total), ("bad_total", bad)):
            counted = np.floor(values + 1e-9) if self.whole else values
            store.append_column(Labels({METRIC_NAME: name}), np.round(times * 1000).astype(np.int64), counted)
        return store

    def groups(self) -> list[RuleGroup]:
        options = CompileOptions(
            exact_windows=self.pace.exact_windows, interval_seconds=self.pace.page_seconds
        )
        rules = compile_slos([self.slo], {"default": Policy("p", (self.tier,))}, options)
        return list(needed_by_alerts(parse_groups(rules)))


def lives(world: World, seconds: float) -> list[Life]:
    """Of the tier's alert, for so long after the start; times are seconds since then."""
    end = world.start + seconds
    return [
        life
        for history in evaluated(world.groups(), world.store(end), world.start, end).histories
        for labels, all_lives in history.lives.items()
        if labels.get("tier") == world.tier.name
        for life in all_lives
        if life.firing_at is not None
    ]


def detected(world: World, seconds: float) -> float | None:
    """Seconds from the onset until the tier first fires."""
    times = [life.firing_at for life in lives(world, world.onset + seconds) if life.firing_at is not None]
    return min(times) - world.start - world.onset if times else None


def detected_live(world: World, seconds: float) -> float | None:
    """The same by the engine that runs live, step by step."""
    end = world.start + world.onset + seconds
    store = world.store(end)
    (group,) = world.groups()
    engine = RuleEngine([group], EmbeddedQuerier(store), MemoryAppender(store))
    for at in np.arange(world.start, end + 1, group.interval_seconds).tolist():
        assert not engine.evaluate(group, at).failures
        alerts = [alert for rule in engine.status(group).rules for alert in rule.alerts.values()]
        if any(a.state is AlertState.FIRING and a.labels.get("tier") == world.tier.name for a in alerts):
            return at - world.start - world.onset
    return None
