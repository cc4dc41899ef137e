"""Hypotheses in the order of evidence, from turning points and dependencies alone.

Events are not an argument here, and series of fault injectors and switches are refused: what was
done to a system must not be read off the record of having done it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from alerts.charts.model import Unit
from postmortem.facts import Fact, Operation, combine
from postmortem.impact.span import Span
from postmortem.recording.model import is_admissible
from postmortem.records import SignalMap
from postmortem.turning_points.turns import Shift

_MOST_WHYS = 5


class Order(StrEnum):
    """When a signal turned, against the impact's start."""

    BEFORE = "before"
    TIED = "tied"
    AFTER = "after"


@dataclass(frozen=True)
class Hypothesis:
    """A signal that may explain the impact. ``lead``: how long before the impact it turned (negative: after).

    felt_by: services with impact that depend on the signal's service.
    """

    shift: Shift
    order: Order
    lead: Fact
    felt_by: tuple[str, ...]


@dataclass(frozen=True)
class Why:
    """An observed effect, and the nearest shift before it, if there is one; tied where none is clearly so."""

    effect: Shift
    earlier: Shift | None
    lead: Fact | None
    is_tied: bool = False


def rank_causes(
    shifts: tuple[Shift, ...], span: Span, signals: SignalMap, tied_seconds: float
) -> tuple[Hypothesis, ...]:
    """By onset; of tied ones traffic first, an impacted service's own saturation last, else by size."""
    impacted = _impacted(shifts)
    found = [
        _hypothesis(shift, span, impacted, signals, tied_seconds)
        for shift in shifts
        if not shift.subject.is_user_facing
        and shift.subject.signal.role != "business"
        and is_admissible(shift.subject.signal)
    ]
    related = [h for h in found if h is not None and (h.felt_by or h.shift.subject.signal.role == "traffic")]
    return _ranked(related, impacted, tied_seconds)


def ask_whys(shifts: tuple[Shift, ...], signals: SignalMap, tied_seconds: float) -> tuple[Why, ...]:
    """From the last thing that users felt back through what had turned before, a new role or service each.

    What users feel may stem from anything that its service stands on; what happens inside, from inside only.
    """
    usable = [s for s in shifts if is_admissible(s.subject.signal) and s.subject.signal.role != "business"]
    felt = [s for s in usable if s.subject.slo is not None] or [s for s in usable if s.subject.is_user_facing]
    if not felt:
        return ()
    effect: Shift | None = max(felt, key=lambda s: s.onset.value)
    whys: list[Why] = []
    seen: set[tuple[str, str]] = set()
    while effect is not None and len(whys) < _MOST_WHYS:
        seen.add(_topic(effect))
        sources = [s for s in _possible(effect, usable, signals) if _topic(s) not in seen]
        before = [s for s in sources if s.onset.value < effect.onset.value]
        clear = [s for s in before if s.onset.value < effect.onset.value - tied_seconds]
        earlier = max(clear or before, key=lambda s: s.onset.value, default=None)
        lead = _lead(f"why.{effect.subject.series}.lead", effect.onset, earlier.onset) if earlier else None
        whys.append(Why(effect, earlier, lead, is_tied=not clear))
        effect = earlier
    return tuple(whys)


def _hypothesis(
    shift: Shift, span: Span, impacted: tuple[str, ...], signals: SignalMap, tied_seconds: float
) -> Hypothesis | None:
    lead = _lead(f"cause.{shift.subject.series}.lead", span.onset, shift.onset)
    order = Order.TIED if abs(lead.value) <= tied_seconds else Order.BEFORE if lead.value > 0 else Order.AFTER
    service = shift.subject.signal.service
    felt_by = tuple(name for name in impacted if service in signals.below((name,)))
    if span.end is not None and shift.onset.value >= span.end.value:
        return None
    return Hypothesis(shift, order, lead, felt_by)


def _ranked(
    found: list[Hypothesis], impacted: tuple[str, ...], tied_seconds: float
) -> tuple[Hypothesis, ...]:
    def rank(hypothesis: Hypothesis) -> tuple[bool, bool, float]:
        shift = hypothesis.shift
        return shift.subject.signal.role != "traffic", _is_symptom(shift, impacted), -_size(shift)

    ranked: list[Hypothesis] = []
    waiting = sorted(found, key=lambda h: h.shift.onset.value)
    while waiting:
        first = waiting[0].shift.onset.value
        tied = [h for h in waiting if h.shift.onset.value - first <= tied_seconds]
        ranked.extend(sorted(tied, key=rank))
        waiting = waiting[len(tied) :]
    return tuple(ranked)


def _size(shift: Shift) -> float:
    """How large the change is: the ratio of the larger to the smaller of before and peak."""
    low, high = sorted((abs(shift.before.value), abs(shift.peak.value)))
    return high / low if low else float("inf")


def _possible(effect: Shift, shifts: list[Shift], signals: SignalMap) -> list[Shift]:
    causal = [s for s in shifts if not _is_symptom(s, _impacted(shifts))]
    if not effect.subject.is_user_facing:
        return [s for s in causal if not s.subject.is_user_facing]
    below = signals.below((effect.subject.signal.service,))
    return [s for s in causal if s.subject.signal.service in below or s.subject.signal.role == "traffic"]


def _impacted(shifts: Iterable[Shift]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s.subject.signal.service for s in shifts if s.subject.is_user_facing))


def _is_symptom(shift: Shift, impacted: tuple[str, ...]) -> bool:
    """A service's own saturation, such as requests in flight, follows from what slows it."""
    return shift.subject.signal.role == "saturation" and shift.subject.signal.service in impacted


def _topic(shift: Shift) -> tuple[str, str]:
    subject = shift.subject
    return (subject.signal.service, "felt" if subject.is_user_facing else subject.signal.role)


def _lead(name: str, later: Fact, earlier: Fact) -> Fact:
    fact = combine(name, Operation.DIFFERENCE, (later, earlier), Unit.SECONDS)
    assert fact is not None
    return fact
