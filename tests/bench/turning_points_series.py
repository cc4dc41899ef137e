"""Generated series whose turning points are known: shapes of incidents, and quiet series with none."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STEP_SECONDS = 15.0
SAMPLES = 600
_TIMES = np.arange(SAMPLES) * STEP_SECONDS
_MINUTE = 60.0


@dataclass(frozen=True)
class Labelled:
    """A series and where it truly turns.

    changes: (first moment of the change, first moment at the new level) in seconds; a step has both equal.
    unjudged: stretches of long recoveries with bends, in which a further point is neither hit nor false.
    """

    shape: str
    times: Floats
    values: Floats
    changes: tuple[tuple[float, float], ...]
    unjudged: tuple[tuple[float, float], ...] = ()


@dataclass
class _Draft:
    """A series in the making; ``level`` is without noise."""

    random: np.random.Generator
    level: Floats = field(default_factory=lambda: np.ones(SAMPLES))
    changes: list[tuple[float, float]] = field(default_factory=list)
    unjudged: list[tuple[float, float]] = field(default_factory=list)
    kept: npt.NDArray[np.bool_] = field(default_factory=lambda: np.ones(SAMPLES, dtype=bool))
    window: int = 1

    def move(self, begin: int, seconds: float, factor: float) -> None:
        """From this sample on, in so many seconds and a straight line, to ``factor`` times what it was."""
        way = np.clip((_TIMES - _TIMES[begin] + STEP_SECONDS) / max(seconds, STEP_SECONDS), 0, 1)
        self.level = self.level * (1 + (factor - 1) * way)
        self.changes.append((float(_TIMES[begin]), float(_TIMES[begin] + max(seconds - STEP_SECONDS, 0))))

    def factor(self) -> float:
        """1.6 to 10 times as much, or as little."""
        factor = float(np.exp(self.random.uniform(np.log(1.6), np.log(10))))
        return factor if self.random.random() < 0.7 else 1 / factor

    def between(self, low: int, high: int) -> int:
        return int(self.random.integers(low, high))


def labelled(shape: str, noise: float, seed: int) -> Labelled:
    """The series of this shape and seed; ``noise`` is the scatter of the logarithms."""
    random = np.random.default_rng([seed, round(noise * 1000), zlib.crc32(shape.encode())])
    draft = _Draft(random)
    spikes = SHAPES[shape](draft)
    scatter = random.normal(0, noise, SAMPLES + draft.window - 1)
    if draft.window > 1:  # a rate over several scrapes: neighbours share samples
        scatter = np.convolve(scatter, np.ones(draft.window), "valid") / np.sqrt(draft.window)
        past = np.concatenate([np.full(draft.window - 1, draft.level[0]), draft.level])
        draft.level = np.convolve(past, np.ones(draft.window), "valid") / draft.window
    values = float(np.exp(random.uniform(-5, 5))) * draft.level * np.exp(scatter)
    if spikes is not None:
        values = values * spikes
    kept = draft.kept
    changes = tuple(sorted(draft.changes))
    return Labelled(shape, _TIMES[kept], values[kept], changes, tuple(draft.unjudged))


def _flat(draft: _Draft) -> None:
    pass


def _step(draft: _Draft) -> None:
    """Up (or down), and back 10 to 60 minutes later."""
    factor, begin = draft.factor(), draft.between(160, 320)
    draft.move(begin, 0, factor)
    draft.move(begin + draft.between(40, 240), 0, 1 / factor)


def _ramp(draft: _Draft) -> None:
    """Up in 1 to 4 minutes, back in 5 to 15."""
    factor, begin = draft.factor(), draft.between(160, 260)
    up = draft.random.uniform(1, 4) * _MINUTE
    draft.move(begin, up, factor)
    back = begin + int(up / STEP_SECONDS) + draft.between(60, 200)
    draft.move(back, draft.random.uniform(5, 15) * _MINUTE, 1 / factor)


def _stairs(draft: _Draft) -> None:
    """Worse twice, ten minutes or more apart, and back at once."""
    begin, way = draft.between(120, 220), 1 if draft.random.random() < 0.7 else -1
    first, second = (float(draft.random.uniform(1.7, 4)) ** way for _ in range(2))
    second_at = begin + draft.between(40, 100)
    draft.move(begin, 0, first)
    draft.move(second_at, 0, second)
    draft.move(second_at + draft.between(60, 160), 0, 1 / (first * second))


def _spurt(draft: _Draft) -> None:
    """Two to four minutes, three times as much or more."""
    factor, begin = float(np.exp(draft.random.uniform(np.log(3), np.log(10)))), draft.between(160, 400)
    draft.move(begin, 0, factor)
    draft.move(begin + draft.between(8, 16), 0, 1 / factor)


def _lasting(draft: _Draft) -> None:
    draft.move(draft.between(160, 500), draft.random.uniform(0, 3) * _MINUTE, draft.factor())


def _windowed(draft: _Draft) -> None:
    draft.window = 3
    _step(draft)
    draft.changes = [(begin, begin + 2 * STEP_SECONDS) for begin, _ in draft.changes]


def _seasonal(draft: _Draft) -> None:
    _step(draft)
    _season(draft)


def _season(draft: _Draft) -> None:
    """A tide of 1, 6 or 24 hours, a fifth to a third up and down (a tenth to a fifth in an hour)."""
    hours = float(draft.random.choice([1, 6, 24]))
    swing = draft.random.uniform(0.1, 0.2) if hours == 1 else draft.random.uniform(0.2, 0.35)
    phase = draft.random.uniform(0, 2 * np.pi)
    draft.level = draft.level * (1 + swing * np.sin(2 * np.pi * _TIMES / (hours * 3600) + phase))


def _with_outliers(draft: _Draft) -> Floats:
    _step(draft)
    return _outliers(draft)


def _outliers(draft: _Draft) -> Floats:
    """One sample in a hundred is 3 to 20 times as much or as little; every third of them lasts for two."""
    spikes = np.ones(SAMPLES)
    for at in np.flatnonzero(draft.random.random(SAMPLES) < 0.01):
        far = float(np.exp(draft.random.uniform(np.log(3), np.log(20))))
        spikes[at : at + (2 if draft.random.random() < 1 / 3 else 1)] = (
            far if draft.random.random() < 0.7 else 1 / far
        )
    return spikes


def _with_gaps(draft: _Draft) -> None:
    _step(draft)
    _gaps(draft)


def _gaps(draft: _Draft) -> None:
    """Three gaps of 2 to 10 minutes, not within a minute of a change, and one scrape in twenty missed."""
    for _ in range(3):
        begin, length = draft.between(20, 560), draft.between(8, 40)
        gap = slice(begin, begin + length)
        first, last = _TIMES[begin] - _MINUTE, _TIMES[min(begin + length, SAMPLES - 1)] + _MINUTE
        if not any(first <= at <= last for change in draft.changes for at in change):
            draft.kept[gap] = False
    draft.kept &= draft.random.random(SAMPLES) > 0.05


def _drift(draft: _Draft) -> None:
    """Half as much again, or a third less, in 2.5 hours."""
    draft.level = draft.level * np.linspace(1, draft.random.choice([1.5, 0.67]), SAMPLES)


def _seed(draft: _Draft) -> None:
    """The curves that the seed document tells, in minutes from half an hour before 10:00."""
    name = draft.random.choice(list(_CURVES))
    minutes, values, begin, reached = _CURVES[name]
    draft.level = np.interp(_TIMES / _MINUTE - 60, minutes, values)
    draft.changes.append(((begin + 60) * _MINUTE, (reached + 60) * _MINUTE))
    draft.unjudged.append(((reached + 60) * _MINUTE, float(_TIMES[-1])))


_CURVES: dict[str, tuple[list[float], list[float], float, float]] = {
    "traffic": ([-30, 0, 3, 60, 75, 100], [60, 60, 240, 220, 120, 70], 0, 3),
    "product_p95": ([4, 6.5, 18, 25, 55, 70], [0.18, 1.8, 1.7, 0.9, 0.5, 0.25], 4, 6.5),
    "replica_cpu": ([5, 8, 25, 40, 70], [0.4, 0.93, 0.85, 0.6, 0.45], 5, 8),
    "order_p99": ([9, 12, 22, 40, 70], [0.6, 7.0, 6.5, 2.5, 0.5], 9, 12),
    "order_errors": ([10, 12, 18, 25, 40, 68], [0.005, 0.081, 0.08, 0.03, 0.011, 0.004], 10, 12),
    "hit_ratio": ([4, 6, 25, 40, 70], [0.82, 0.35, 0.42, 0.7, 0.88], 4, 6),
}

SHAPES: dict[str, Callable[[_Draft], Floats | None]] = {
    "step": _step,
    "ramp": _ramp,
    "stairs": _stairs,
    "spurt": _spurt,
    "lasting": _lasting,
    "windowed": _windowed,
    "seasonal": _seasonal,
    "outliers": _with_outliers,
    "gaps": _with_gaps,
    "seed": _seed,
    "quiet": _flat,
    "quiet.seasonal": _season,
    "quiet.outliers": _outliers,
    "quiet.gaps": _gaps,
    "quiet.drift": _drift,
}
