"""The level of a signal just before users were hurt, how far it scatters, and its samples since."""

import math
from dataclasses import dataclass

import numpy as np

from postmortem.causes.hurt import Hurt
from postmortem.evidence import Floats, StoredSeries
from postmortem.fits.levels import LEAST_BASELINE, MOST_BASELINE, level_of
from postmortem.recording.model import Recording

SHORT_BASELINE = 12  # with fewer samples before, a cold start may be among them: the later half counts
NOISE_FLOOR = 0.03  # of the level before: so few samples tell too little scatter


@dataclass(frozen=True, eq=False)
class Baseline:
    """before, noise (standard deviation): in the signal's unit.

    times, values: from a look-back before the hurt to its end.
    """

    before: float
    noise: float
    times: Floats
    values: Floats


def baseline_of(recording: Recording, hurt: Hurt, series: StoredSeries) -> Baseline | None:
    """None without a before."""
    last = hurt.start - recording.lookback_seconds
    early = series.values[series.times <= last][-MOST_BASELINE:]
    if len(early) < LEAST_BASELINE:
        early = series.values[series.times < hurt.start][-LEAST_BASELINE:]
        last = hurt.start - recording.step_seconds
    if len(early) < LEAST_BASELINE:
        return None
    late = early[-max(LEAST_BASELINE, len(early) // 2) :] if len(early) < SHORT_BASELINE else early
    usual = level_of(late)
    since = (series.times > last) & (series.times <= hurt.end)
    noise = max(min(usual.noise, _step_noise(early)), NOISE_FLOOR * abs(usual.middle), 1e-9)
    return Baseline(usual.middle, noise, series.times[since], series.values[since])


def _step_noise(values: Floats) -> float:
    """From one sample to the next: neither a trend nor a step among the samples counts as noise."""
    return level_of(np.diff(values)).noise / math.sqrt(2)
