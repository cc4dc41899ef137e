"""One look at everything the control room shows: a few queries for each objective, none for a request."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from alerts.expressions import RawExpressions, burn_rate
from alerts.guardrails import Guardrail
from alerts.slo import Slo
from collector.durations import format_duration
from collector.errors import QueryError
from collector.labels import Labels
from collector.querier import Querier
from dashboards.readings import GuardrailReading, SloReading, State, TargetReading

BURN_WINDOWS_SECONDS = (300.0, 3600.0, 21_600.0)


@dataclass(frozen=True)
class Firing:
    """Names of objectives and guardrails of which an alert fires."""

    slos: frozenset[str] = frozenset()
    guardrails: frozenset[str] = frozenset()

    @classmethod
    def of(cls, alerts: Iterable[Labels]) -> "Firing":
        labels = list(alerts)
        names = [frozenset(each[key] for each in labels if each.get(key)) for key in ("slo", "guardrail")]
        return cls(*names)


@dataclass
class PeriodBudgets:
    """Budgets over whole periods cost the most to query, so each is asked for again only after a while."""

    refresh_seconds: float
    _known: dict[str, tuple[float, float | None]] = field(default_factory=dict)

    def remaining(self, querier: Querier, slo: Slo, at: float) -> float | None:
        """The share that is left; None without events."""
        asked_at, value = self._known.get(slo.name, (-math.inf, None))
        if at - asked_at >= self.refresh_seconds or value is None:
            spent = one(querier, burn_rate(RawExpressions(slo), slo.period_seconds, slo), at)
            value = None if spent is None else 1.0 - spent
            self._known[slo.name] = (at, value)
        return value


def one(querier: Querier, query: str, at: float) -> float | None:
    """The value of a query that answers one series; None if it answers none, or no number."""
    found = querier.instant(query, at)
    return found[0].value if found and math.isfinite(found[0].value) else None


def slo_reading(querier: Querier, slo: Slo, at: float, remaining: float | None, firing: Firing) -> SloReading:
    """Burn rates over some windows, and where the objective stands."""
    events = RawExpressions(slo)
    rates = {
        format_duration(window): one(querier, burn_rate(events, window, slo), at)
        for window in BURN_WINDOWS_SECONDS
        if window < slo.period_seconds
    }
    latest = next(iter(rates.values()), None)
    is_seen = latest is not None or one(querier, events.total(BURN_WINDOWS_SECONDS[0]), at) is not None
    state = _slo_state(slo, remaining, firing.slos, is_seen=is_seen)
    return SloReading(slo, state, remaining, rates, None if latest is None else latest * slo.error_budget)


def _slo_state(slo: Slo, remaining: float | None, burning: Collection[str], *, is_seen: bool) -> State:
    if not is_seen:
        return State.NO_DATA
    if remaining is not None and remaining <= 0:
        return State.SPENT
    return State.BURNING if slo.name in burning else State.OK


def guardrail_reading(querier: Querier, guardrail: Guardrail, at: float, firing: Firing) -> GuardrailReading:
    """The signal's value now, and whether its alert fires."""
    value = one(querier, guardrail.now(), at)
    if guardrail.name in firing.guardrails:
        return GuardrailReading(guardrail, State.CROSSED, value)
    return GuardrailReading(guardrail, State.NO_DATA if value is None else State.OK, value)


def remote_targets(querier: Querier, at: float) -> tuple[TargetReading, ...]:
    """Targets as another server's ``up`` tells of them."""
    took = {
        sample.labels.without("__name__"): sample.value
        for sample in querier.instant("scrape_duration_seconds", at)
    }
    return tuple(
        TargetReading(
            job=sample.labels.get("job"),
            instance=sample.labels.get("instance"),
            state=State.UP if sample.value == 1 else State.DOWN,
            scrape_seconds=took.get(sample.labels.without("__name__")),
        )
        for sample in sorted(querier.instant("up", at), key=lambda sample: sample.labels.pairs)
    )


@dataclass
class Look:
    """Gathers readings; a wrong query costs its own reading only, a server that is away the whole look."""

    querier: Querier
    at: float
    firing: Firing
    budgets: PeriodBudgets
    failures: list[str] = field(default_factory=list)

    def slos(self, slos: Sequence[Slo]) -> tuple[SloReading, ...]:
        return tuple(self._slo(slo) for slo in slos)

    def guardrails(self, guardrails: Sequence[Guardrail]) -> tuple[GuardrailReading, ...]:
        return tuple(self._guardrail(guardrail) for guardrail in guardrails)

    def _slo(self, slo: Slo) -> SloReading:
        try:
            remaining = self.budgets.remaining(self.querier, slo, self.at)
            return slo_reading(self.querier, slo, self.at, remaining, self.firing)
        except QueryError as error:
            self._note(slo.name, error)
            return SloReading(slo, State.NO_DATA, None, {}, None)

    def _guardrail(self, guardrail: Guardrail) -> GuardrailReading:
        try:
            return guardrail_reading(self.querier, guardrail, self.at, self.firing)
        except QueryError as error:
            self._note(guardrail.name, error)
            return GuardrailReading(guardrail, State.NO_DATA, None)

    def _note(self, name: str, error: QueryError) -> None:
        if error.retryable:
            raise error
        self.failures.append(f"{name}: {error}")
