"""Seeded variations laid over a recording: noise, delay, traffic, missing series and samples."""

from dataclasses import dataclass, replace

import numpy as np

from alerts.charts.model import Unit
from postmortem.evidence import StoredSeries, Subject
from postmortem.recording.model import Recording

FLOWS = frozenset({Unit.PER_SECOND, Unit.KRW})


@dataclass(frozen=True)
class Variation:
    """How much: noise as log-normal scatter; traffic as a factor; shares that are missing.

    delay_samples: each series comes up to so many scrapes late.
    """

    noise: float = 0.08
    delay_samples: int = 2
    traffic: tuple[float, float] = (0.5, 3.0)
    series_missing: float = 0.05
    samples_missing: float = 0.05


def vary(recording: Recording, seed: int, how: Variation = Variation()) -> Recording:
    """The recording as it might have been; objectives stay, as without them there is no incident."""
    random = np.random.default_rng(seed)
    factor = float(np.exp(random.uniform(*np.log(how.traffic))))
    subjects = [s for s in recording.subjects if random.random() >= how.series_missing or s.is_user_facing]
    series = {s.series: _varied(recording, s, factor, random, how) for s in subjects}
    return replace(recording.with_subjects(subjects), series=series)


def _varied(
    recording: Recording, subject: Subject, factor: float, random: np.random.Generator, how: Variation
) -> StoredSeries:
    series, unit = recording.series[subject.series], subject.signal.unit
    values = series.values * random.lognormal(0.0, how.noise, len(series.values))
    if unit in FLOWS:
        values = values * factor
    if unit is Unit.RATIO:
        values = np.clip(values, 0.0, max(1.0, float(series.values.max(initial=0.0))))
    late = random.integers(0, how.delay_samples + 1) * recording.step_seconds
    times = series.times + late
    kept = (times <= recording.end) & (random.random(len(values)) >= how.samples_missing)
    return replace(series, times=times[kept], values=values[kept])
