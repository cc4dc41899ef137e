"""One look at everything the control room shows: a few queries for each objective, none for a request."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alerts.budget.account import Sources, take_account
from alerts.budget.status import (
    BudgetStatus,
    WindowCounts,
    count_events,
    counted_seconds,
    recorded_share,
    single_value,
)
from alerts.exclusions.times import Exclusion
from alerts.guardrails.spec import Guardrail
from alerts.policy import Policy
from alerts.selectors import Unmatched, unmatched
from alerts.slo import Slo
from collector.errors import QueryError
from collector.querier import Querier
from dashboards.account_memory import AccountMemory
from dashboards.guardrail_alerts import GuardrailAlerts
from dashboards.readings import SHOWN_WINDOWS_SECONDS, GuardrailReading, SloReading, State, TargetReading

UNMATCHED_SECONDS = 60.0
_SO_FAR = 0.0  # the window of a calendar's period, which grows from look to look
AGE_SHARE = 1 / 120  # a window's counts are asked for again when they are this share of it old


@dataclass
class Counts:
    """Counts of each window; the longer a window, the less often it is asked for, since it costs the more."""

    oldest_seconds: float
    _known: dict[tuple[str, float], tuple[float, WindowCounts]] = field(default_factory=dict)
    _shares: dict[tuple[str, float], tuple[float, float | None]] = field(default_factory=dict)
    _unmatched: dict[str, tuple[float, Unmatched | None]] = field(default_factory=dict)
    _memory: AccountMemory = field(default_factory=AccountMemory)

    def sources(self) -> Sources:
        """All that an account asks for, as it is remembered."""
        memory = self._memory
        return Sources(self.over, self.share, memory.take_off, memory.traffic, memory.ratios)

    def over(self, querier: Querier, slo: Slo, seconds: float, at: float) -> WindowCounts:
        grows = slo.calendar is not None and seconds == counted_seconds(slo, at)
        key = (slo.name, _SO_FAR if grows else seconds)
        asked_at, counts = self._known.get(key, (-math.inf, WindowCounts(seconds, None, None)))
        if counts.total is None or self._is_old(seconds, at - asked_at):
            counts = count_events(querier, slo, seconds, at)
            self._known[key] = (at, counts)
        return counts

    def share(self, querier: Querier, slo: Slo, seconds: float, at: float) -> float | None:
        """How much of a window is recorded."""
        key = (slo.name, seconds)
        asked_at, share = self._shares.get(key, (-math.inf, None))
        if share is None or self._is_old(seconds, at - asked_at):
            share = recorded_share(querier, slo, seconds, at)
            self._shares[key] = (at, share)
        return share

    def unmatched(self, querier: Querier, status: BudgetStatus, at: float) -> Unmatched | None:
        """Why no bad event was ever found, while there are events."""
        if status.bad or not status.total:
            return None
        asked_at, found = self._unmatched.get(status.slo.name, (-math.inf, None))
        if at - asked_at >= UNMATCHED_SECONDS:
            found = unmatched(querier, status.slo.sli.bad_over("5m"), at)
            self._unmatched[status.slo.name] = (at, found)
        return found

    def _is_old(self, seconds: float, age_seconds: float) -> bool:
        return age_seconds >= min(seconds * AGE_SHARE, self.oldest_seconds)


def slo_reading(  # noqa: PLR0917  what a look has
    querier: Querier,
    slo: Slo,
    policy: Policy,
    counts: Counts,
    at: float,
    exclusions: Sequence[Exclusion] = (),
) -> SloReading:
    """How the objective stands, judged from counts of its period, its policy's windows and the page's."""
    account = take_account(
        querier,
        slo,
        policy,
        at,
        exclusions=exclusions,
        more_windows=SHOWN_WINDOWS_SECONDS,
        sources=counts.sources(),
    )
    return SloReading(slo, account, counts.unmatched(querier, account.status, at))


def guardrail_reading(
    querier: Querier, guardrail: Guardrail, alerts: GuardrailAlerts, at: float
) -> GuardrailReading:
    """The signal's value now, and whether its alert fires or is about to."""
    value = single_value(querier, guardrail.now(), at)
    if guardrail.name in alerts.firing:
        return GuardrailReading(guardrail, State.CROSSED, value)
    if guardrail.name in alerts.pending:
        return GuardrailReading(guardrail, State.PENDING, value, alerts.pending[guardrail.name])
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
    exclusions: Sequence[Exclusion] = ()
    failures: list[str] = field(default_factory=list)

    def slos(
        self, slos: Sequence[Slo], policies: Mapping[str, Policy], counts: Counts
    ) -> tuple[SloReading, ...]:
        return tuple(self._slo(slo, policies[slo.policy], counts) for slo in slos)

    def guardrails(
        self, guardrails: Sequence[Guardrail], alerts: GuardrailAlerts
    ) -> tuple[GuardrailReading, ...]:
        return tuple(self._guardrail(guardrail, alerts) for guardrail in guardrails)

    def _slo(self, slo: Slo, policy: Policy, counts: Counts) -> SloReading:
        try:
            return slo_reading(self.querier, slo, policy, counts, self.at, self.exclusions)
        except QueryError as error:
            self._note(slo.name, error)
            return SloReading(slo)

    def _guardrail(self, guardrail: Guardrail, alerts: GuardrailAlerts) -> GuardrailReading:
        try:
            return guardrail_reading(self.querier, guardrail, alerts, self.at)
        except QueryError as error:
            self._note(guardrail.name, error)
            return GuardrailReading(guardrail, State.NO_DATA, None)

    def _note(self, name: str, error: QueryError) -> None:
        if error.retryable:
            raise error
        self.failures.append(f"{name}: {error}")
