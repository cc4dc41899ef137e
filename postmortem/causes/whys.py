"""Five whys as far as the record goes: from what users felt last back through what had turned before.

Events are not an argument here, and series of fault injectors and switches are refused: what was
done to a system must not be read off the record of having done it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.charts.model import Unit
from postmortem.facts import Fact, Operation, combine
from postmortem.recording.model import is_admissible
from postmortem.records import SignalMap
from postmortem.turning_points.turns import Shift

_MOST_WHYS = 5


@dataclass(frozen=True)
class Why:
    """An observed effect, and the nearest shift before it, if there is one; tied where none is clearly so."""

    effect: Shift
    earlier: Shift | None
    lead: Fact | None
    is_tied: bool = False


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
