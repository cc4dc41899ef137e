"""How large a change has to be to matter: against what users felt, and how many of them there are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from alerts.charts.model import Unit
from postmortem.causes.baseline import Baseline, baseline_of
from postmortem.causes.hurt import Hurt
from postmortem.causes.kinds import TRAFFIC, Parts
from postmortem.causes.knowledge import Move
from postmortem.medians import median_of_three
from postmortem.recording.model import Recording


@dataclass(frozen=True)
class _Scale:
    """seconds: the longest wait that users felt; requests: the most in a second; 0: not known."""

    seconds: float
    requests: float


def sized(moves: Mapping[str, Move], recording: Recording, hurt: Hurt, parts: Parts) -> Mapping[str, Move]:
    """Moves with the least that counts of each, for this hurt.

    A call of 20 ms explains no page of 2 s, nor does one failed call in ten thousand requests.
    """
    scale = _scale(recording, hurt, parts)
    return {name: move.model_copy(update={"absolute": _least(move, scale)}) for name, move in moves.items()}


def narrow_traffic(recording: Recording, hurt: Hurt, parts: Parts) -> frozenset[str]:
    """Series of traffic but the widest: more requests of one kind may be the same ones sent again."""
    levels = _traffic(recording, hurt, parts)
    widest = max(levels, key=lambda name: levels[name].before, default="")
    return frozenset(levels.keys() - {widest})


def _least(move: Move, scale: _Scale) -> float:
    if move.of_requests and scale.requests:
        return move.of_requests * scale.requests
    return max(move.absolute, move.of_wait * scale.seconds)


def _scale(recording: Recording, hurt: Hurt, parts: Parts) -> _Scale:
    traffic = [_most(level) for level in _traffic(recording, hurt, parts).values()]
    return _Scale(max(_waits(recording, hurt), default=0.0), max(traffic, default=0.0))


def _traffic(recording: Recording, hurt: Hurt, parts: Parts) -> dict[str, Baseline]:
    told = [name for name, kinds in parts.kinds.items() if any(k.part_class == TRAFFIC for k in kinds)]
    levels = {name: baseline_of(recording, hurt, recording.series[name]) for name in told}
    return {name: level for name, level in levels.items() if level is not None}


def _waits(recording: Recording, hurt: Hurt) -> Iterator[float]:
    for subject in recording.subjects:
        if subject.slo is None and subject.is_user_facing and subject.signal.unit is Unit.SECONDS:
            level = baseline_of(recording, hurt, recording.series[subject.series])
            if level is not None:
                yield _most(level)


def _most(level: Baseline) -> float:
    return max(level.before, float(median_of_three(level.values).max(initial=0.0)))
