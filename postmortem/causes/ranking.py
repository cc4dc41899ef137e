"""Candidates in the order of evidence: which of them would have made the signals move as they did.

Each candidate says how likely each move is; a move that was seen counts by the logarithm of that likelihood, one
that was not by that of its absence. That is the method of a naive Bayes classifier, with likelihoods that are
written down (``knowledge.yml``) and not fitted, and with moves that may be seen in part.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from postmortem.causes.hurt import Hurt, find_hurt
from postmortem.causes.kinds import SERVICE, TRAFFIC, Parts, find_parts
from postmortem.causes.knowledge import Candidate, Knowledge, load_knowledge
from postmortem.causes.moves import SILENT, Observed, observe
from postmortem.recording.model import Recording, recording_without_confessions
from postmortem.records import SignalMap

NONE, UNEXPLAINED = "none", "unexplained"
KEY = 0.7  # a move at least so likely is what the candidate is known by
SEEN = 0.5
CALM = 0.2
UNLIKELY = 0.2
IMPOSSIBLE = 0.05
_UNRELATED = 5.0  # no service that was hurt stands on the part
_EFFECT = 0.3
_LATE = 1.5  # a look-back after the first move
_MOST_LATE = 3.0


@dataclass(frozen=True)
class Cause:
    """A candidate at a part. evidence: moves that it foretold; counter: what does not fit, either way.

    absent: moves that it would have made and that were not seen.
    """

    candidate: Candidate
    part: str
    score: float
    evidence: tuple[Observed, ...]
    unexpected: tuple[Observed, ...]
    absent: tuple[Observed, ...]

    @property
    def id(self) -> str:
        return self.candidate.id


@dataclass(frozen=True)
class Ranking:
    """causes: best first, only such as have evidence of their own. hurt: None where nobody was hurt."""

    hurt: Hurt | None
    causes: tuple[Cause, ...]
    weaknesses: tuple[Observed, ...] = ()
    amplifiers: tuple[Observed, ...] = ()

    @property
    def answers(self) -> tuple[str, ...]:
        """Ids, best first; ``none`` where nobody was hurt, ``unexplained`` where no candidate has evidence."""
        if self.hurt is None:
            return (NONE,)
        return tuple(dict.fromkeys(cause.id for cause in self.causes)) or (UNEXPLAINED,)


def rank(recording: Recording, known: Knowledge | None = None) -> Ranking:
    """What may have caused the hurt that the recording shows."""
    known = known or load_knowledge()
    recording = recording_without_confessions(recording)
    hurt = find_hurt(recording)
    if hurt is None:
        return Ranking(None, ())
    parts = find_parts(recording.subjects, recording.signals, known)
    seen = observe(recording, hurt, parts, known)
    scale = recording.lookback_seconds + recording.interval_seconds
    found = [
        _judge(candidate, part, seen, hurt, recording.signals, known, scale)
        for candidate in known.candidates
        for part in _places(candidate, parts, hurt)
    ]
    causes = sorted((c for c in found if c.evidence), key=lambda cause: -cause.score)
    return _with_roles(hurt, tuple(causes), seen, known)


def _places(candidate: Candidate, parts: Parts, hurt: Hurt) -> Iterable[str]:
    if candidate.part_class == TRAFFIC:
        return ("",)
    if candidate.part_class == SERVICE:
        return hurt.services
    return (part for part, part_class in parts.classes.items() if part_class == candidate.part_class)


def _judge(
    candidate: Candidate,
    part: str,
    seen: tuple[Observed, ...],
    hurt: Hurt,
    signals: SignalMap,
    known: Knowledge,
    scale: float,
) -> Cause:
    likely = {o: likelihood(candidate, part, o, signals, known) for o in seen}
    likely = _with_effects(part, likely, scale)
    score = sum(o.strength * math.log(p) + (1 - o.strength) * math.log(1 - p) for o, p in likely.items())
    own = {o: p for o, p in likely.items() if o.kind.part == part and p >= KEY}
    evidence = tuple(o for o in own if o.strength >= SEEN)
    if part and not any(part in signals.below((service,)) for service in hurt.services):
        score -= _UNRELATED
    if evidence:
        score -= _lateness(evidence, seen, scale)
    return Cause(
        candidate,
        part,
        score,
        tuple(sorted(evidence, key=lambda o: o.onset)),
        tuple(o for o, p in likely.items() if p <= UNLIKELY and o.strength >= SEEN),
        tuple(o for o in own if o.strength <= CALM),
    )


def likelihood(candidate: Candidate, part: str, seen: Observed, signals: SignalMap, known: Knowledge) -> float:
    """Of seeing the move where the candidate is the cause."""
    kind, move = seen.kind, seen.move
    named = f"{kind.part_class}.{move}"
    if kind.part == part:
        own = candidate.part.get(move) if kind.part_class == candidate.part_class else None
        if own is None:
            own = candidate.part.get(named)
        if own is None:
            own = 0.05 if move == SILENT else known.own_default
        return own
    for table in (candidate.others, known.beside):
        if named in table:
            return table[named]
    if move == SILENT:
        return 0.03
    is_above = bool(part) and part in signals.below((kind.part,))
    return known.above_default if is_above else known.elsewhere_default


def _with_effects(
    part: str, likely: dict[Observed, float], scale: float
) -> dict[Observed, float]:
    """What moved a look-back after the candidate's own evidence may be an effect of it, if it can at all."""
    own = [o.onset for o, p in likely.items() if o.kind.part == part and p >= KEY and o.strength >= SEEN]
    if not own:
        return likely
    later = min(own) + scale

    def with_effect(seen: Observed, p: float) -> float:
        is_effect = seen.strength >= SEEN and seen.onset >= later and p > IMPOSSIBLE
        return max(p, _EFFECT) if is_effect else p

    return {o: with_effect(o, p) for o, p in likely.items()}


def _lateness(evidence: tuple[Observed, ...], seen: tuple[Observed, ...], scale: float) -> float:
    """What moved a look-back or more after the first move is more likely an effect."""
    first = min(o.onset for o in seen if o.strength >= SEEN)
    own = min(o.onset for o in evidence)
    return min(_MOST_LATE, _LATE * max(0.0, (own - first) / scale - 1.0))


def _with_roles(
    hurt: Hurt, causes: tuple[Cause, ...], seen: tuple[Observed, ...], known: Knowledge
) -> Ranking:
    if not causes:
        return Ranking(hurt, ())
    top = causes[0]
    moved = [o for o in seen if o.strength >= SEEN and o not in top.evidence]

    def those(names: tuple[str, ...]) -> tuple[Observed, ...]:
        named = [o for o in moved if f"{o.kind.part_class}.{o.move}" in names]
        return tuple(sorted(named, key=lambda o: o.onset))

    return Ranking(hurt, causes, those(known.weaknesses), those(known.amplifiers))
