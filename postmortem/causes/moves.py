"""How each signal moved when users were hurt, against just before: how surely, since when.

A move is the signal's excursion, as the timeline has it; what is too small for one counts by its size.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from alerts.charts.model import Unit
from postmortem.causes.baseline import Baseline, baseline_of
from postmortem.causes.hurt import Hurt
from postmortem.causes.kinds import Kind, Parts
from postmortem.causes.knowledge import Knowledge, Move
from postmortem.causes.sizes import narrow_traffic, sized
from postmortem.evidence import Subject
from postmortem.fits.levels import LEAST_BASELINE, MOST_BASELINE
from postmortem.medians import median_of_three
from postmortem.recording.model import Recording
from postmortem.turning_points.excursions import SearchWindow, find_excursion

SILENT = "silent"
STEADY = frozenset({"up", "restarts"})  # measures without noise: a single sample of them tells
QUANTILES = frozenset({"latency", "typical", "wait"})
LEAST_HEAD_ROOM = 0.05
_NOISE_GATE = (1.5, 4.0)


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


def observe(recording: Recording, hurt: Hurt, parts: Parts, known: Knowledge) -> tuple[Observed, ...]:
    """Of each part and move the surest signal; what could not be judged is left out."""
    best: dict[tuple[Kind, str], Observed] = {}
    moves = sized(known.moves, recording, hurt, parts)
    narrow = narrow_traffic(recording, hurt, parts)
    for subject in recording.subjects:
        kinds = parts.kinds.get(subject.series, ()) if subject.series not in narrow else ()
        for kind in kinds:
            for seen in _of_subject(recording, hurt, subject, kind, moves):
                key = (seen.kind, seen.move)
                if key not in best or best[key].strength < seen.strength:
                    best[key] = seen
    return tuple(best.values())


def _of_subject(
    recording: Recording, hurt: Hurt, subject: Subject, kind: Kind, moves: Mapping[str, Move]
) -> Iterable[Observed]:
    series = recording.series[subject.series]
    level = baseline_of(recording, hurt, series)
    if level is None:
        return
    yield _silence(recording, hurt, level, kind, subject)
    if len(level.times) < LEAST_BASELINE:
        return
    for name, move in moves.items():
        if move.of == kind.measure:
            way = _Way(kind, name, move)
            seen = _turned(recording, hurt, subject, way) or _stirred(level, subject, way)
            yield _begun(_kept(recording, hurt, seen, move))


@dataclass(frozen=True)
class _Way:
    """In which a part of the kind may move, by its name in the table."""

    kind: Kind
    name: str
    move: Move


def _turned(recording: Recording, hurt: Hurt, subject: Subject, way: _Way) -> Observed | None:
    """As the signal's excursion; None where it has none."""
    if way.kind.measure in STEADY:
        return None
    series, rises = recording.series[subject.series], way.move.direction == "up"
    found = find_excursion(series, subject, _window(recording, hurt), rises=rises)
    onset = None if found is None else found.onset(series, hurt.end)
    if found is None or onset is None:
        return None
    strength = _size_strength(way.move, found.before, found.worst, subject.signal.unit)
    return Observed(way.kind, way.name, subject, strength, onset, found.before, found.worst)


def _kept(recording: Recording, hurt: Hurt, seen: Observed, move: Move) -> Observed:
    """A quantile of calls counts by what it kept up for longer than one slow call does: a look-back."""
    lookback = recording.lookback_seconds
    if seen.kind.measure not in QUANTILES or hurt.end - hurt.start < 2 * lookback:
        return seen
    series = recording.series[seen.subject.series]
    near = series.values[(series.times >= hurt.start - lookback) & (series.times <= hurt.end)]
    of_one_call = int(lookback // recording.step_seconds)
    if len(near) <= of_one_call:
        return seen
    kept = float(np.sort(near)[-of_one_call - 1])
    strength = _size_strength(move, seen.before, kept, seen.subject.signal.unit)
    return replace(seen, strength=min(seen.strength, strength))


def _begun(seen: Observed) -> Observed:
    """A lag of so many seconds began so many seconds ago."""
    if seen.kind.measure != "lag" or seen.subject.signal.unit is not Unit.SECONDS or not seen.rises:
        return seen
    return replace(seen, onset=seen.onset - (seen.worst - seen.before) / 2)


def _window(recording: Recording, hurt: Hurt) -> SearchWindow:
    """From the level just before: what a day's course has changed since the night hurt nobody."""
    before = recording.lookback_seconds + MOST_BASELINE * recording.step_seconds
    return SearchWindow(
        start=max(recording.start, hurt.start - before),
        end=hurt.end,
        calm_until=hurt.start,
        step_seconds=recording.step_seconds,
        lookback_seconds=recording.lookback_seconds,
    )


def _silence(recording: Recording, hurt: Hurt, level: Baseline, kind: Kind, subject: Subject) -> Observed:
    end = level.times[-1] if len(level.times) else hurt.start
    expected = (hurt.end - hurt.start) / recording.step_seconds + 1
    inside = int(((level.times >= hurt.start) & (level.times <= hurt.end)).sum())
    is_silent = expected >= LEAST_BASELINE and inside <= expected / 3
    whole = replace(kind, measure="")  # a part falls silent once, however many signals tell of it
    return Observed(whole, SILENT, subject, float(is_silent), min(end, hurt.start), level.before, math.nan)


def _stirred(level: Baseline, subject: Subject, way: _Way) -> Observed:
    """What is no turning point by itself, weighed against how far the signal scatters."""
    sign = 1.0 if way.move.direction == "up" else -1.0
    values = level.values if way.kind.measure in STEADY else median_of_three(level.values)
    worst = sign * float((sign * values).max())
    size = sign * (worst - level.before)
    strength = _size_strength(way.move, level.before, worst, subject.signal.unit) * _ramp(
        size / level.noise, *_NOISE_GATE
    )
    past = np.flatnonzero(sign * (level.values - level.before) > size / 2)
    onset = float(level.times[past[0]]) if size > 0 and len(past) else float(level.times[-1])
    return Observed(way.kind, way.name, subject, strength, onset, level.before, worst)


def _size_strength(move: Move, before: float, worst: float, unit: Unit) -> float:
    sign = 1.0 if move.direction == "up" else -1.0
    if move.head_room is not None and unit is Unit.RATIO:
        return _ramp((worst - before) / max(1.0 - before, LEAST_HEAD_ROOM), *move.head_room)
    if move.difference is not None:
        return _ramp(sign * (worst - before), *move.difference)
    assert move.relative is not None
    low, high = sorted((before, worst)) if sign * (worst - before) > 0 else (1.0, 0.0)
    factor = max(high, 0.0) / max(low, move.absolute)
    return _ramp(math.log(max(factor, 1e-9)), *(math.log(each) for each in move.relative))


def _ramp(value: float, least: float, full: float) -> float:
    return min(1.0, max(0.0, (value - least) / (full - least)))
