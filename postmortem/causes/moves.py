"""How each signal moved when users were hurt, against just before: how surely, since when."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from postmortem.causes.hurt import Hurt
from postmortem.causes.kinds import Kind, Parts
from postmortem.causes.knowledge import Knowledge, Move
from postmortem.evidence import Floats, StoredSeries, Subject
from postmortem.levels import LEAST_BASELINE, MOST_BASELINE, level_of
from postmortem.recording.model import Recording
from postmortem.reductions import median_of_three

SILENT = "silent"
SHORT_BASELINE = 12  # with fewer samples before, a cold start may be among them: the later half counts
NOISE_FLOOR = 0.03  # of the level before: so few samples tell too little scatter
_NOISE_GATE = (2.0, 5.0)


@dataclass(frozen=True, eq=False)
class Observed:
    """One way one part may have moved. strength: 0 (it did not) to 1 (beyond doubt). onset: Unix seconds."""

    kind: Kind
    move: str
    subject: Subject
    strength: float
    onset: float
    before: float
    worst: float

    @property
    def rises(self) -> bool:
        return self.worst > self.before


@dataclass(frozen=True)
class _Level:
    before: float
    noise: float
    times: Floats
    values: Floats


def observe(recording: Recording, hurt: Hurt, parts: Parts, known: Knowledge) -> tuple[Observed, ...]:
    """Of each part and move the surest signal; what could not be judged is left out."""
    best: dict[tuple[Kind, str], Observed] = {}
    for subject in recording.subjects:
        for kind in parts.kinds.get(subject.series, ()):
            for seen in _of_subject(recording, hurt, subject, kind, known):
                key = (seen.kind, seen.move)
                if key not in best or best[key].strength < seen.strength:
                    best[key] = seen
    return tuple(best.values())


def _of_subject(
    recording: Recording, hurt: Hurt, subject: Subject, kind: Kind, known: Knowledge
) -> Iterable[Observed]:
    level = _level(recording, hurt, recording.series[subject.series])
    if level is None:
        return
    end = level.times[-1] if len(level.times) else hurt.start
    expected = (hurt.end - hurt.start) / recording.interval_seconds + 1
    inside = int(((level.times >= hurt.start) & (level.times <= hurt.end)).sum())
    is_silent = expected >= LEAST_BASELINE and inside <= expected / 3
    whole = replace(kind, measure="")  # a part falls silent once, however many signals tell of it
    yield Observed(whole, SILENT, subject, float(is_silent), min(end, hurt.start), level.before, math.nan)
    if len(level.times) < LEAST_BASELINE:
        return
    for name, move in known.moves.items():
        if move.of == kind.measure:
            yield _observed(level, kind, name, move, subject)


def _observed(level: _Level, kind: Kind, name: str, move: Move, subject: Subject) -> Observed:
    sign = 1.0 if move.direction == "up" else -1.0
    worst = sign * float((sign * median_of_three(level.values)).max())
    size = sign * (worst - level.before)
    strength = _size_strength(move, level.before, worst) * _ramp(size / level.noise, *_NOISE_GATE)
    past = np.flatnonzero(sign * (level.values - level.before) > size / 2)
    onset = float(level.times[past[0]]) if size > 0 and len(past) else float(level.times[-1])
    return Observed(kind, name, subject, strength, onset, level.before, worst)


def _size_strength(move: Move, before: float, worst: float) -> float:
    sign = 1.0 if move.direction == "up" else -1.0
    if move.difference is not None:
        return _ramp(sign * (worst - before), *move.difference)
    assert move.relative is not None
    low, high = sorted((before, worst)) if sign * (worst - before) > 0 else (1.0, 0.0)
    factor = max(high, 0.0) / max(low, move.absolute)
    return _ramp(math.log(max(factor, 1e-9)), *(math.log(each) for each in move.relative))


def _ramp(value: float, least: float, full: float) -> float:
    return min(1.0, max(0.0, (value - least) / (full - least)))


def _level(recording: Recording, hurt: Hurt, series: StoredSeries) -> _Level | None:
    """The level just before, with a look-back's distance, and the samples since; None without a before."""
    last = hurt.start - recording.lookback_seconds
    early = series.values[series.times <= last][-MOST_BASELINE:]
    if len(early) < LEAST_BASELINE:
        early = series.values[series.times < hurt.start][-LEAST_BASELINE:]
        last = hurt.start - recording.interval_seconds
    if len(early) < LEAST_BASELINE:
        return None
    if len(early) < SHORT_BASELINE:
        early = early[-max(LEAST_BASELINE, len(early) // 2) :]
    usual = level_of(early)
    since = (series.times > last) & (series.times <= hurt.end)
    noise = max(usual.noise, NOISE_FLOOR * abs(usual.middle), 1e-9)
    return _Level(usual.middle, noise, series.times[since], series.values[since])
