"""What is known of rules and groups between evaluations, and what one evaluation did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from collector.labels import Labels
from collector.rules.files import Rule, RuleGroup
from collector.rules.state import Alert, AlertState, Reason


@dataclass(frozen=True)
class Transition:
    """An alert that changed state."""

    rule: str
    labels: Labels
    reason: Reason
    at: float
    value: float


@dataclass(frozen=True)
class Evaluation:
    """What one evaluation of a group did. ``failures`` names rules with the reason.

    unkept: why samples of the evaluation were not kept; its alerts changed state all the same.
    """

    group: str
    at: float
    samples: int
    transitions: tuple[Transition, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    unkept: str = ""


@dataclass
class RuleStatus:
    """A rule's alerts and how its latest evaluation went."""

    rule: Rule
    alerts: dict[Labels, Alert] = field(default_factory=dict)
    written: frozenset[Labels] = frozenset()
    last_error: str = ""
    evaluated_at: float | None = None
    duration_seconds: float = 0.0

    @property
    def health(self) -> str:
        if self.evaluated_at is None:
            return "unknown"
        return "err" if self.last_error else "ok"

    @property
    def state(self) -> AlertState:
        """The most severe state of the rule's alerts."""
        states = {alert.state for alert in list(self.alerts.values())}
        for state in (AlertState.FIRING, AlertState.PENDING):
            if state in states:
                return state
        return AlertState.INACTIVE


@dataclass
class GroupStatus:
    group: RuleGroup
    rules: list[RuleStatus]
    evaluated_at: float | None = None
    duration_seconds: float = 0.0
    evaluations: int = 0
    missed: int = 0
    failures: int = 0
    unkept_reason: str = ""
    unkept_samples: int = 0

    def note_evaluation(self, at: float, seconds: float) -> None:
        """seconds: how long it took, with all that was evaluated at its side."""
        if self.evaluated_at is not None and at > self.evaluated_at:
            self.missed += max(0, round((at - self.evaluated_at) / self.group.interval_seconds) - 1)
        self.evaluated_at, self.evaluations = at, self.evaluations + 1
        self.duration_seconds = seconds

    def inherit(self, former: "GroupStatus") -> list[RuleStatus]:
        """Takes over the state of the rules that are in both; returns the former rules that are not here."""
        self.evaluated_at, self.missed = former.evaluated_at, former.missed
        self.evaluations = former.evaluations
        waiting = list(former.rules)
        for number, status in enumerate(self.rules):
            same = next((old for old in waiting if old.rule.identity == status.rule.identity), None)
            if same is not None:
                waiting.remove(same)
                self.rules[number] = same if same.rule == status.rule else replace(same, rule=status.rule)
        return waiting


def mark_sent(status: RuleStatus, sent: Iterable[Labels], at: float) -> None:
    """Remembers when alerts were last sent."""
    for labels in sent:
        status.alerts[labels] = replace(status.alerts[labels], last_sent_at=at)
