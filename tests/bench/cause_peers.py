"""Two other ways to rank parts, on the same recordings: BARO's scorer, and the largest deviation.

Both are told when users were first hurt, rank series, and know no part but through the series' service; what
users feel is left out for them, as it can be no cause. Neither can say that there is none.
"""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

from postmortem.causes.hurt import find_hurt
from postmortem.evidence import Floats
from postmortem.recording.model import Recording

Parts = Callable[[Recording], tuple[str, ...]]
JITTER = 1e-3  # BARO drops what is constant before, such as errors that there were none of
LEAST_BEFORE = 2
_BELOW = {"product": "redis"}  # the shop's hit ratio is told by its product service, and is its cache's


def has_baro() -> bool:
    """Of the extra ``bench``."""
    return importlib.util.find_spec("baro") is not None


def largest_deviation(recording: Recording) -> tuple[str, ...]:
    """Parts by the largest distance from the level before, in deviations (median and MAD)."""
    at, columns = _columns(recording)
    scores: dict[str, float] = {}
    if at < LEAST_BEFORE:
        return ()
    for name, (_, values, before) in columns.items():
        level = float(np.median(values[before]))
        scatter = 1.4826 * float(np.median(np.abs(values[before] - level)))
        scores[name] = float(np.abs(values[~before] - level).max()) / max(scatter, 0.01 * abs(level), 1e-3)
    ranked = sorted(scores, key=lambda name: -scores[name])
    return tuple(dict.fromkeys(columns[name][0] for name in ranked))


def baro(recording: Recording) -> tuple[str, ...]:
    """Parts by BARO's RobustScorer (median and IQR before, largest scaled value after)."""
    scorer: Any = importlib.import_module("baro.root_cause_analysis").robust_scorer
    frame: Any = importlib.import_module("pandas").DataFrame
    at, columns = _columns(recording)
    if at < LEAST_BEFORE:
        return ()
    random = np.random.default_rng(0)
    data = {"time": np.arange(len(next(iter(columns.values()))[1]))}
    for name, (_, values, _) in columns.items():
        scale = max(float(np.abs(values).max()), 1e-6)
        data[name] = values + JITTER * scale * random.standard_normal(len(values))
    ranked = scorer(frame(data), inject_time=at)["ranks"]
    return tuple(dict.fromkeys(columns[name][0] for name in ranked if name in columns))


def _columns(recording: Recording) -> tuple[int, dict[str, tuple[str, Floats, np.typing.NDArray[np.bool_]]]]:
    """Where the hurt begins on the grid, and each series on it with its part; gaps hold the last value."""
    hurt = find_hurt(recording)
    grid = np.arange(recording.start, recording.end + 1, recording.step_seconds)
    start = hurt.start - recording.lookback_seconds if hurt else float(grid[len(grid) // 2])
    before = grid < start
    columns = {}
    for subject in recording.subjects:
        series = recording.series[subject.series]
        if subject.is_user_facing or subject.signal.role == "business" or len(series.times) < 2:
            continue
        place = np.clip(np.searchsorted(series.times, grid, side="right") - 1, 0, None)
        service = _BELOW.get(subject.signal.service, subject.signal.service)
        columns[subject.series] = (service, series.values[place], before)
    return int(before.sum()), columns
