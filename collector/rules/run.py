"""One evaluation of a rule group under way: what it recorded, and what became of it."""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from collector.errors import CollectorError
from collector.labels import Labels
from collector.rules.files import RuleGroup
from collector.rules.status import Evaluation, GroupStatus, RuleStatus, Transition
from collector.series import STALE_NAN, Sample

logger = logging.getLogger(__name__)

_WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_NAMELESS = re.compile(r"(?:^|[^a-zA-Z0-9_:\s])\s*\{")


class Appender(Protocol):
    """Where recorded samples go. ``stream`` names samples that are always written together."""

    def append(self, stream: str, at: float, samples: Sequence[Sample]) -> None:
        """Keeps samples that are all at ``at``; later rules of the group may read them at once."""
        ...


@dataclass(frozen=True)
class _Waiting:
    """What one rule recorded and is not kept yet. ``before``: the series that it wrote the time before.

    rule: None for series that no rule writes any more.
    """

    rule: RuleStatus | None
    before: frozenset[Labels]
    samples: Sequence[Sample]


@dataclass
class RuleRun:
    """Samples wait until a later rule reads them, or the end. Those that cannot be kept stop nothing else."""

    status: GroupStatus
    at: float
    appender: Appender
    samples: int = 0
    transitions: list[Transition] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    unkept: str = ""
    _waiting: list[_Waiting] = field(default_factory=list)
    _ended: list[tuple[RuleStatus, frozenset[Labels], frozenset[Labels]]] = field(default_factory=list)
    _valued: set[Labels] = field(default_factory=set)
    _to_come: Counter[str] = field(init=False)
    _names: set[str] = field(default_factory=set)
    _flushed: int = 0

    def __post_init__(self) -> None:
        self._to_come = Counter(status.rule.name for status in self.status.rules)

    @property
    def group(self) -> RuleGroup:
        return self.status.group

    @property
    def queried_at(self) -> float:
        """The time that queries ask for, and that samples are written at."""
        return self.at - self.group.query_offset_seconds

    def add(self, rule: RuleStatus, samples: Sequence[Sample]) -> None:
        """Keeps a rule's samples, and ends the series it wrote before and does not now.

        A series that another rule of the group has written now does not end; where one of the same name may
        yet write it, that is seen at the end. Of two rules that write a series, the first counts in a store.
        """
        before, written = rule.written, frozenset(sample.labels for sample in samples)
        self._valued |= written
        ends = before - self._valued
        if self._is_named_again(rule):
            self._ended.append((rule, before, ends))
            ends = frozenset()
        self._waiting.append(_Waiting(rule, before, [*samples, *self._ends_of(ends)]))
        self._names |= {labels.metric for labels in before | written}
        rule.written = written
        self.samples += len(samples)

    def _is_named_again(self, rule: RuleStatus) -> bool:
        """Whether a rule that is yet to come may make series of the same name."""
        self._to_come[rule.rule.name] -= 1
        return self._to_come[rule.rule.name] > 0

    def end(self, labels: Iterable[Labels]) -> None:
        """Ends series that rules wrote which are no more."""
        self._waiting.append(_Waiting(None, frozenset(), self._ends_of(labels)))

    def flush_before(self, expr: str) -> None:
        if self._names and (not self._names.isdisjoint(_WORD.findall(expr)) or _NAMELESS.search(expr)):
            self.flush()

    def flush(self) -> None:
        waiting = [part for part in self._waiting if part.samples]
        if waiting:
            self._keep(waiting)
        self._flushed += 1
        self._waiting, self._names = [], set()

    def finish(self) -> Evaluation:
        """Keeps what still waits."""
        for rule, before, ends in self._ended:
            self._waiting.append(_Waiting(rule, before, self._ends_of(ends - self._valued)))
        self.flush()
        self.status.unkept_reason = self.unkept
        self.status.failures += len(self.failures)
        return Evaluation(
            self.group.name, self.at, self.samples, tuple(self.transitions), self.failures, self.unkept
        )

    def _ends_of(self, labels: Iterable[Labels]) -> list[Sample]:
        return [Sample(one, self.queried_at, STALE_NAN) for one in labels]

    def _keep(self, waiting: Sequence[_Waiting]) -> None:
        samples = [sample for part in waiting for sample in part.samples]
        try:
            self.appender.append(f"rules\n{self.group.key}\n{self._flushed}", self.queried_at, samples)
        except CollectorError as error:  # whoever stores logs it
            self._lose(waiting, str(error))
        except Exception as error:  # whatever it is, alerts must go out
            reason = f"keeping samples failed: {error!r}"
            if reason != self.status.unkept_reason:
                logger.exception("rule group %s: keeping samples failed", self.group.name)
            self._lose(waiting, reason)

    def _lose(self, waiting: Sequence[_Waiting], reason: str) -> None:
        """The rules say so; what they could not end now, they end at the next evaluation."""
        self.unkept = reason
        for part in waiting:
            if part.rule is not None:
                part.rule.last_error = reason
                part.rule.written = part.before
            self.status.unkept_samples += len(part.samples)
