"""How likely each move is where a candidate is the cause, and what all moves together say of it.

The method of a naive Bayes classifier with likelihoods that are written down (``knowledge.yml``) and not
fitted, with moves that may be seen in part, and two departures, for moves are effects of one another and not
independent: what is absent never speaks for a candidate, and each other part speaks once, against it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from alerts.charts.model import Unit
from postmortem.causes.hurt import Hurt
from postmortem.causes.kinds import TRAFFIC
from postmortem.causes.knowledge import Candidate, Knowledge
from postmortem.causes.moves import SILENT, Observed
from postmortem.records import SignalMap

KEY = 0.7  # a move at least so likely is what the candidate is known by
SEEN = 0.5
EITHER = 0.5  # says nothing
IMPOSSIBLE = 0.05
IDLE = 0.5  # of the processors that a part may use
_EFFECT = 0.3
_SILENT_OWN, _SILENT_ELSEWHERE = 0.05, 0.03


@dataclass(frozen=True)
class Scene:
    """All that candidates are judged by. tied_seconds: the order of moves so close is not known."""

    seen: tuple[Observed, ...]
    hurt: Hurt
    signals: SignalMap
    known: Knowledge
    tied_seconds: float

    @cached_property
    def idle(self) -> frozenset[str]:
        """Parts whose processors have time to spare: more load is not what slows them."""
        return frozenset(
            o.kind.part
            for o in self.seen
            if o.move == "cpu+" and o.subject.signal.unit is Unit.RATIO and max(o.before, o.worst) < IDLE
        )

    @cached_property
    def with_traffic(self) -> Mapping[str, float]:
        """Moves that more traffic brings with it, where there is more: they count once, as that."""
        if not any(o.move == "traffic+" and o.strength >= SEEN for o in self.seen):
            return {}
        brought = (c.others for c in self.known.candidates if c.part_class == TRAFFIC)
        return {name: min(p, EITHER) for told in brought for name, p in told.items()}

    def stands_on(self, service: str, part: str) -> bool:
        return part in self.signals.below((service,))


def likelihood(candidate: Candidate, part: str, seen: Observed, scene: Scene) -> float:
    """Of seeing the move where the candidate is the cause."""
    kind, move, known = seen.kind, seen.move, scene.known
    named = _named(seen)
    if kind.part == part:
        told = candidate.part.get(move) if kind.part_class == candidate.part_class else None
        usual = _SILENT_OWN if move == SILENT else known.own_default
        return candidate.part.get(named, usual) if told is None else told
    if kind.part in scene.idle and move in known.by_load and not scene.stands_on(kind.part, part):
        return known.elsewhere_default
    p = candidate.others.get(named, known.beside.get(named))
    if p is None:
        p = _usual(part, seen, scene)
    return max(p, scene.with_traffic.get(named, p))


def _named(seen: Observed) -> str:
    return f"{seen.kind.part_class}.{seen.move}"


def _usual(part: str, seen: Observed, scene: Scene) -> float:
    """Of a move of another part of which the candidate says nothing."""
    if seen.move == SILENT:
        return _SILENT_ELSEWHERE
    is_above = bool(part) and scene.stands_on(seen.kind.part, part)
    return scene.known.above_default if is_above else scene.known.elsewhere_default


def with_effects(
    candidate: Candidate, part: str, likely: dict[Observed, float], scene: Scene
) -> dict[Observed, float]:
    """What moved a look-back after the candidate's own evidence may be an effect, if not told of."""
    own = [o.onset for o, p in likely.items() if o.kind.part == part and p >= KEY and o.strength >= SEEN]
    if not own:
        return likely
    later = min(own) + scene.tied_seconds

    def with_effect(seen: Observed, p: float) -> float:
        is_told = seen.kind.part == part or _named(seen) in candidate.others
        is_effect = seen.strength >= SEEN and seen.onset >= later and p > IMPOSSIBLE and not is_told
        return max(p, _EFFECT) if is_effect else p

    return {o: with_effect(o, p) for o, p in likely.items()}


def weigh(part: str, likely: Mapping[Observed, float]) -> float:
    """What moves say of a cause at the part, 0 where they say nothing.

    A move of the part speaks for what foretells it and against what does not; its absence speaks only against
    what foretells it. Other parts speak only against, each once, for its moves follow from one another.
    """
    said = {o: _said(o.strength, p) for o, p in likely.items()}
    against: dict[str, float] = {}
    for o, value in said.items():
        if o.kind.part != part:
            against[o.kind.part] = min(value, against.get(o.kind.part, 0.0))
    return sum(value for o, value in said.items() if o.kind.part == part) + sum(against.values())


def _said(strength: float, p: float) -> float:
    """Of a move that was seen with that probability: the two ways it may be are weighed before the logarithm.

    Half seen, it says nothing, however surely it was foretold.
    """
    value = math.log(2 * (strength * p + (1 - strength) * (1 - p)))
    return value if strength >= SEEN else min(0.0, value)
