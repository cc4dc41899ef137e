"""Replays a case through the real rules, with time passed in: when would each alert have fired?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts.backtest.engine import AlertHistory
from alerts.backtest.evaluated import evaluated
from alerts.backtest.lives import Life
from alerts.burnrate import firing_burn_rate
from alerts.cases import Case
from alerts.compile import BURN_ALERT, CompileOptions, compile_slos
from alerts.expressions import RawExpressions, burn_rate
from alerts.guardrails.rules import compile_guardrails
from alerts.guardrails.spec import Guardrail
from alerts.policy import Policy, Tier
from alerts.slo import Slo
from alerts.synthesis import samples_of
from collector.embedded import EmbeddedQuerier
from collector.labels import Labels
from collector.rules.files import parse_groups


@dataclass(frozen=True)
class Episode:
    """One life of an alert; ``resolved_at`` is None while it still fires at the end."""

    labels: Labels
    pending_at: float
    firing_at: float | None = None
    resolved_at: float | None = None

    @property
    def pages(self) -> bool:
        return self.labels["severity"] == "page"


@dataclass(frozen=True)
class TierOutcome:
    """What became of one tier of one SLO. peak: the highest burn rate that both windows reached at once."""

    slo: Slo
    tier: Tier
    limit: float
    peak: float
    episodes: tuple[Episode, ...]

    @property
    def first(self) -> Episode | None:
        return next((episode for episode in self.episodes if episode.firing_at is not None), None)


@dataclass(frozen=True)
class Outcome:
    case: Case
    policies: tuple[Policy, ...]
    tiers: tuple[TierOutcome, ...]
    guardrails: tuple[tuple[Guardrail, tuple[Episode, ...]], ...]
    others: tuple[Episode, ...]

    @property
    def page_at(self) -> float | None:
        """When the first page of all would have been sent."""
        fired = [tier.first.firing_at for tier in self.tiers if tier.first and tier.first.pages]
        fired += [episode.firing_at for episode in self.others if episode.pages]
        return min((at for at in fired if at is not None), default=None)

    @property
    def as_wanted(self) -> bool:
        """Whether the first page comes after the onset and in time."""
        if self.page_at is None:
            return False
        return self.case.onset <= self.page_at <= self.case.onset + self.case.page_within_seconds


def replay(
    case: Case, slos: Sequence[Slo], policies: dict[str, Policy], guardrails: Sequence[Guardrail]
) -> Outcome:
    """Runs the rules of these SLOs and guardrails over the case's samples.

    Raises:
        BacktestError: if a rule fails.
    """
    store = samples_of(case)
    querier = EmbeddedQuerier(store)
    interval = case.sampling.interval_seconds
    rules = compile_slos(slos, policies, CompileOptions(interval_seconds=interval))["groups"]
    if guardrails:
        rules += compile_guardrails(guardrails, interval)["groups"]
    groups = parse_groups({"groups": rules}, case.name)
    found = evaluated(groups, store, case.start, case.end)
    episodes = _episodes(found.histories, case.start)
    return Outcome(
        case,
        tuple(policies.values()),
        tuple(_tier_outcomes(case, slos, policies, querier, episodes)),
        tuple((guardrail, _of(episodes, guardrail=guardrail.name)) for guardrail in guardrails),
        tuple(e for e in episodes if e.labels["alertname"] != BURN_ALERT and "guardrail" not in e.labels),
    )


def _episodes(histories: Iterable[AlertHistory], start: float) -> list[Episode]:
    """Those of the case: what fired before its start is no answer to it."""
    episodes = [
        Episode(labels, life.pending_at, life.firing_at, life.resolved_at)
        for history in histories
        for labels, lives in history.lives.items()
        for life in lives
        if _is_of(life, start)
    ]
    return sorted(episodes, key=lambda episode: episode.pending_at)


def _is_of(life: Life, start: float) -> bool:
    if life.firing_at is not None:
        return life.firing_at >= start
    return life.resolved_at is None or life.resolved_at > start


def _tier_outcomes(
    case: Case,
    slos: Sequence[Slo],
    policies: dict[str, Policy],
    querier: EmbeddedQuerier,
    episodes: Sequence[Episode],
) -> Iterable[TierOutcome]:
    for slo in slos:
        for tier in slo.alerting_tiers(policies[slo.policy]):
            seen = _of(episodes, slo=slo.name, tier=tier.name)
            yield TierOutcome(slo, tier, firing_burn_rate(tier, slo), _peak(case, slo, tier, querier), seen)


def _peak(case: Case, slo: Slo, tier: Tier, querier: EmbeddedQuerier) -> float:
    events = RawExpressions(slo)
    long, short = (burn_rate(events, window, slo) for window in (tier.long_seconds, tier.short_seconds))
    lower = f"({long} < {short}) or {short}"
    lines = querier.range(lower, case.start, case.end, case.sampling.interval_seconds)
    return max((float(line.values.max()) for line in lines), default=0.0)


def _of(episodes: Iterable[Episode], **labels: str) -> tuple[Episode, ...]:
    return tuple(e for e in episodes if all(e.labels.get(name) == value for name, value in labels.items()))
