"""Candidates in the order of evidence: which of them would have made the signals move as they did.

Each candidate says how likely each move is; a move that was seen counts by the logarithm of that likelihood,
one that was not by that of its absence. That is the method of a naive Bayes classifier, with likelihoods that
are written down (``knowledge.yml``) and not fitted, and with moves that may be seen in part.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from postmortem.causes.hurt import Hurt, find_hurt
from postmortem.causes.kinds import FELT, SERVICE, TRAFFIC, Parts, find_parts
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
_SILENT_OWN, _SILENT_ELSEWHERE = 0.05, 0.03
_LATE = 1.5  # a look-back after the first move
_MOST_LATE = 3.0


@dataclass(frozen=True)
class Scene:
    """All that candidates are judged by. tied_seconds: the order of moves so close is not known."""

    seen: tuple[Observed, ...]
    hurt: Hurt
    signals: SignalMap
    known: Knowledge
    tied_seconds: float

    def stands_on(self, service: str, part: str) -> bool:
        return part in self.signals.below((service,))


@dataclass(frozen=True)
class Cause:
    """A candidate at a part. evidence: moves that it foretold, the earliest first.

    Against it: unexpected, moves that it does not explain; absent, moves that it would have made and that
    were not seen; earlier, moves clearly before its own.
    """

    candidate: Candidate
    part: str
    score: float
    evidence: tuple[Observed, ...]
    unexpected: tuple[Observed, ...]
    absent: tuple[Observed, ...]
    earlier: tuple[Observed, ...]

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
        """Ids, best first; ``none`` where nobody was hurt, ``unexplained`` where nothing has evidence."""
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
    scene = Scene(seen, hurt, recording.signals, known, tied_seconds=recording.lookback_seconds)
    judged = [
        _judge(candidate, part, scene)
        for candidate in known.candidates
        for part in _places(candidate, parts, hurt, recording.signals)
    ]
    return _with_roles(scene, tuple(sorted((c for c in judged if c.evidence), key=lambda c: -c.score)))


def _places(candidate: Candidate, parts: Parts, hurt: Hurt, signals: SignalMap) -> Iterable[str]:
    if candidate.part_class == TRAFFIC:
        return ("",)
    if candidate.part_class == SERVICE:
        below = {part for each in hurt.services for part in signals.below((each,)) - {each}}
        told = below if candidate.below else {*below, *hurt.services}
        return sorted(told - parts.classes.keys())
    return (part for part, part_class in parts.classes.items() if part_class == candidate.part_class)


def _judge(candidate: Candidate, part: str, scene: Scene) -> Cause:
    seen = [o for o in scene.seen if o.kind.part_class != FELT or o.kind.part == part]
    likely = _with_effects(part, {o: likelihood(candidate, part, o, scene) for o in seen}, scene)
    own = [o for o, p in likely.items() if o.kind.part == part and p >= KEY]
    evidence = sorted((o for o in own if o.strength >= SEEN), key=lambda o: o.onset)
    score = sum(o.strength * math.log(p) + (1 - o.strength) * math.log(1 - p) for o, p in likely.items())
    if part and not any(scene.stands_on(service, part) for service in scene.hurt.services):
        score -= _UNRELATED
    earlier = _earlier(evidence, scene) if evidence else []
    if earlier:
        late = (evidence[0].onset - min(o.onset for o in earlier)) / scene.tied_seconds - 1.0
        score -= min(_MOST_LATE, _LATE * late)
    return Cause(
        candidate=candidate,
        part=part,
        score=score,
        evidence=tuple(evidence),
        unexpected=tuple(o for o, p in likely.items() if p <= UNLIKELY and o.strength >= SEEN),
        absent=tuple(o for o in own if o.strength <= CALM),
        earlier=tuple(earlier),
    )


def _earlier(evidence: list[Observed], scene: Scene) -> list[Observed]:
    first = evidence[0].onset - scene.tied_seconds
    return [o for o in scene.seen if o.strength >= SEEN and o.onset < first]


def likelihood(candidate: Candidate, part: str, seen: Observed, scene: Scene) -> float:
    """Of seeing the move where the candidate is the cause."""
    kind, move, known = seen.kind, seen.move, scene.known
    named = f"{kind.part_class}.{move}"
    if kind.part == part:
        told = candidate.part.get(move) if kind.part_class == candidate.part_class else None
        usual = _SILENT_OWN if move == SILENT else known.own_default
        return candidate.part.get(named, usual) if told is None else told
    for table in (candidate.others, known.beside):
        if named in table:
            return table[named]
    if move == SILENT:
        return _SILENT_ELSEWHERE
    is_above = bool(part) and scene.stands_on(kind.part, part)
    return known.above_default if is_above else known.elsewhere_default


def _with_effects(part: str, likely: dict[Observed, float], scene: Scene) -> dict[Observed, float]:
    """What moved a look-back after the candidate's own evidence may be an effect of it, if it can at all."""
    own = [o.onset for o, p in likely.items() if o.kind.part == part and p >= KEY and o.strength >= SEEN]
    if not own:
        return likely
    later = min(own) + scene.tied_seconds

    def with_effect(seen: Observed, p: float) -> float:
        is_effect = seen.strength >= SEEN and seen.onset >= later and p > IMPOSSIBLE
        return max(p, _EFFECT) if is_effect else p

    return {o: with_effect(o, p) for o, p in likely.items()}


def _with_roles(scene: Scene, causes: tuple[Cause, ...]) -> Ranking:
    if not causes:
        return Ranking(scene.hurt, ())
    moved = [o for o in scene.seen if o.strength >= SEEN and o not in causes[0].evidence]

    def those(names: tuple[str, ...]) -> tuple[Observed, ...]:
        named = [o for o in moved if f"{o.kind.part_class}.{o.move}" in names]
        return tuple(sorted(named, key=lambda o: o.onset))

    return Ranking(scene.hurt, causes, those(scene.known.weaknesses), those(scene.known.amplifiers))
