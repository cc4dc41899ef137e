"""One evaluation of a rule group under way: what it recorded, and what became of it."""

import logging
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
    samples: int = 0
    transitions: list[Transition] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    unkept: str = ""
    _waiting: list[_Waiting] = field(default_factory=list)
    _ended: list[tuple[RuleStatus, frozenset[Labels], frozenset[Labels]]] = field(default_factory=list)
    _valued: set[Labels] = field(default_factory=set)
    _to_come: Counter[str] = field(init=False)
    _names: set[str] = field(default_factory=set)

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
        is_named_again, before = self._is_named_again(rule), rule.written
        if not samples and not before:
            return
        written = frozenset([sample.labels for sample in samples])
        self._valued |= written
        ends = before - self._valued
        if is_named_again:
            self._ended.append((rule, before, ends))
            ends = frozenset()
        self._waiting.append(_Waiting(rule, before, [*samples, *self._ends_of(ends)]))
        self._names |= {labels.metric for labels in (written if written == before else before | written)}
        rule.written = written
        self.samples += len(samples)

    def _is_named_again(self, rule: RuleStatus) -> bool:
        """Whether a rule that is yet to come may make series of the same name."""
        self._to_come[rule.rule.name] -= 1
        return self._to_come[rule.rule.name] > 0

    def end(self, labels: Iterable[Labels]) -> None:
        """Ends series that rules wrote which are no more."""
        self._waiting.append(_Waiting(None, frozenset(), self._ends_of(labels)))

    @property
    def waiting_names(self) -> set[str]:
        """The metrics of what waits; who reads any of them must wait until it is kept."""
        return self._names

    def take_waiting(self) -> list["_Waiting"]:
        waiting, self._waiting, self._names = self._waiting, [], set()
        return [part for part in waiting if part.samples]

    def close(self) -> None:
        """What is left to end waits with the rest."""
        for rule, before, ends in self._ended:
            self._waiting.append(_Waiting(rule, before, self._ends_of(ends - self._valued)))

    def finished(self) -> Evaluation:
        """Once all is kept."""
        self.status.unkept_reason = self.unkept
        self.status.failures += len(self.failures)
        return Evaluation(
            self.group.name, self.at, self.samples, tuple(self.transitions), self.failures, self.unkept
        )

    def _ends_of(self, labels: Iterable[Labels]) -> list[Sample]:
        return [Sample(one, self.queried_at, STALE_NAN) for one in labels]

    def lose(self, waiting: Sequence[_Waiting], reason: str) -> None:
        """The rules say so; what they could not end now, they end at the next evaluation."""
        self.unkept = reason
        for part in waiting:
            if part.rule is not None:
                part.rule.last_error = reason
                part.rule.written = part.before
            self.status.unkept_samples += len(part.samples)


def flush(runs: Iterable[RuleRun], appender: Appender, stream: str) -> None:
    """Keeps what waits in runs of one time, all of it or nothing."""
    waiting = [(run, parts) for run in runs if (parts := run.take_waiting())]
    if not waiting:
        return
    samples = [sample for _, parts in waiting for part in parts for sample in part.samples]
    try:
        appender.append(stream, waiting[0][0].queried_at, samples)
    except CollectorError as error:  # whoever stores logs it
        _lose(waiting, str(error))
    except Exception as error:  # whatever it is, alerts must go out
        reason = f"keeping samples failed: {error!r}"
        if any(run.status.unkept_reason != reason for run, _ in waiting):
            names = ", ".join(run.group.name for run, _ in waiting)
            logger.exception("rule group %s: keeping samples failed", names)
        _lose(waiting, reason)


def _lose(waiting: Iterable[tuple[RuleRun, list[_Waiting]]], reason: str) -> None:
    for run, parts in waiting:
        run.lose(parts, reason)
