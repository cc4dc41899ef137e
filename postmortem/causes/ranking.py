"""Candidates in the order of evidence: which of them would have made the signals move as they did.

Each candidate says how likely each move is; ``likelihood`` tells what the moves say of it together.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from postmortem.causes.hurt import Hurt, find_hurt
from postmortem.causes.kinds import FELT, SERVICE, TRAFFIC, Parts, find_parts
from postmortem.causes.knowledge import Candidate, Knowledge, load_knowledge
from postmortem.causes.likelihood import KEY, SEEN, Scene, likelihood, weigh, with_effects
from postmortem.causes.moves import Observed, observe
from postmortem.recording.model import Recording, recording_without_confessions
from postmortem.records import SignalMap

NONE, UNEXPLAINED = "none", "unexplained"
CALM = 0.2
UNLIKELY = 0.2
_UNRELATED = 5.0  # no service that was hurt stands on the part
_LATE = 1.5  # a look-back after the first move
_MOST_LATE = 3.0


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
    likely = with_effects(candidate, part, {o: likelihood(candidate, part, o, scene) for o in seen}, scene)
    own = [o for o, p in likely.items() if o.kind.part == part and p >= KEY]
    evidence = sorted((o for o in own if o.strength >= SEEN), key=lambda o: o.onset)
    score = weigh(part, likely)
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


def _with_roles(scene: Scene, causes: tuple[Cause, ...]) -> Ranking:
    if not causes:
        return Ranking(scene.hurt, ())
    moved = [o for o in scene.seen if o.strength >= SEEN and o not in causes[0].evidence]

    def those(names: tuple[str, ...]) -> tuple[Observed, ...]:
        named = [o for o in moved if f"{o.kind.part_class}.{o.move}" in names]
        return tuple(sorted(named, key=lambda o: o.onset))

    return Ranking(scene.hurt, causes, those(scene.known.weaknesses), those(scene.known.amplifiers))
