"""Turning points of generated series: ours beside ruptures' PELT, apache-otava and a sliding z-score.

Settings of the peers are chosen on some seeds, for each the one with the most hits less false points; all are
judged on others. Recordings of drills: tests/postmortem/recordings, or the folder that the environment
variable TURNING_POINTS_RECORDINGS names.
"""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tests.bench.recordings import FOLDER, read_recordings
from tests.bench.turning_points_drills import judge_drills
from tests.bench.turning_points_peers import Setting, ours, peers
from tests.bench.turning_points_series import SHAPES, STEP_SECONDS, Floats, Labelled, labelled

NOISES = (0.05, 0.15)
CHOSEN_ON = range(1000, 1006)
JUDGED_ON = range(60)
EARLY_SECONDS, LATE_SECONDS = 60.0, 120.0
DAY_SAMPLES = 5760


@dataclass(frozen=True)
class Tally:
    """What a detector found in series of one noise; ``seconds`` is CPU, of all of them."""

    series: int = 0
    changes: int = 0
    hits: int = 0
    false: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    @property
    def hit(self) -> float | None:
        return self.hits / self.changes if self.changes else None

    @property
    def worth(self) -> float:
        return self.hits / max(1, self.changes) - self.false / self.series


@dataclass(frozen=True)
class Outcome:
    """A line of the table.

    shape: one shape's, "all", or "drills": recordings, of no known noise, hit by act, without times.
    day_seconds: for one series of a day.
    """

    name: str
    shape: str
    noise: float | None
    hit: float | None
    false: float
    seconds: float | None
    day_seconds: float | None
    setting: str
    series: int


def run() -> Iterator[Outcome]:
    """All detectors on the same series, by shape and all in all, then on recordings where there are any."""
    recorded = [act for act in read_recordings(recordings_folder()) if not act.is_protected]
    settings = {"fireline": ours()}
    settings |= {name: _best(choices) for name, choices in peers().items()}
    series = {noise: _series(noise, JUDGED_ON) for noise in NOISES}
    for name, setting in settings.items():
        day = _day_seconds(setting)
        for noise, every in series.items():
            by_shape = {shape: _tally(setting, [s for s in every if s.shape == shape]) for shape in SHAPES}
            for shape, tally in {"all": sum(by_shape.values(), Tally()), **by_shape}.items():
                each = tally.seconds / tally.series
                false = tally.false / tally.series
                yield Outcome(name, shape, noise, tally.hit, false, each, day, setting.words, tally.series)
        if recorded:
            drills = judge_drills(setting, recorded)
            hit, false = drills.hits / drills.acts, drills.false / drills.series
            yield Outcome(name, "drills", None, hit, false, None, None, setting.words, drills.series)


def recordings_folder() -> Path:
    """Those kept with the tests, or the folder in TURNING_POINTS_RECORDINGS."""
    return Path(os.environ.get("TURNING_POINTS_RECORDINGS", FOLDER))


def _series(noise: float, seeds: range) -> list[Labelled]:
    return [labelled(shape, noise, seed) for shape in SHAPES for seed in seeds]


def _best(choices: Sequence[Setting]) -> Setting:
    chosen_on = [_series(noise, CHOSEN_ON) for noise in NOISES]
    return max(choices, key=lambda setting: sum(_tally(setting, each).worth for each in chosen_on))


def _tally(setting: Setting, series: Sequence[Labelled]) -> Tally:
    total = Tally()
    for each in series:
        begin = time.process_time()
        found = setting.detect(each.times, each.values)
        seconds = time.process_time() - begin
        total += replace(judge(each, each.times[found]), seconds=seconds)
    return total


def judge(truth: Labelled, found: Floats) -> Tally:
    """A change is hit by the nearest point from a minute before to two after it; further points are false."""
    left, hits = sorted(found.tolist()), 0
    for begin, _ in truth.changes:
        near = [at for at in left if -EARLY_SECONDS <= at - begin <= LATE_SECONDS]
        if near:
            hits += 1
            left.remove(min(near, key=lambda at: abs(at - begin)))
    false = [at for at in left if not any(first <= at <= last for first, last in truth.unjudged)]
    return Tally(1, len(truth.changes), hits, len(false))


def _day_seconds(setting: Setting) -> float:
    """CPU for a day of samples every 15 s with one excursion, at 5 % noise."""
    times = np.arange(DAY_SAMPLES) * STEP_SECONDS
    values = np.random.default_rng(0).lognormal(0, 0.05, DAY_SAMPLES)
    values[3000:3200] *= 3
    begin = time.process_time()
    setting.detect(times, values)
    return time.process_time() - begin
