"""Functions that fit a line or a trend to the samples of a window: deriv, predict_linear, smoothing."""

import numpy as np

from collector.promql.limits import CheckTime
from collector.promql.overtime import windows_in_chunks
from collector.promql.value import Mask
from collector.promql.windows import Windows
from collector.series import Milliseconds, Values


def deriv(windows: Windows, *, check_time: CheckTime) -> tuple[Values, Mask]:
    """The slope per second."""
    slope, _ = _regression(windows, windows.at, check_time, from_first_sample=True)
    return slope, windows.held(2)


def predict_linear(windows: Windows, seconds: Values, *, check_time: CheckTime) -> tuple[Values, Mask]:
    """Where the line is so many seconds after the step."""
    slope, intercept = _regression(windows, windows.at, check_time, from_first_sample=False)
    return slope * seconds + intercept, windows.held(2)


def _regression(
    windows: Windows, origins: Milliseconds, check_time: CheckTime, *, from_first_sample: bool
) -> tuple[Values, Values]:
    """Least squares: slope per second, and the value at the origin (a step's time, or its first sample's)."""
    slope = np.empty((len(windows.labels), len(windows.first)))
    intercept = np.empty_like(slope)
    times = windows.times if len(windows.times) else np.zeros(1, dtype=np.int64)
    for steps, cells, real in windows_in_chunks(windows, check_time):
        picked = windows.first[steps, None] + np.where(real, np.arange(real.shape[1]), 0)
        clock = times[np.clip(picked, 0, len(times) - 1)]
        origin = clock[:, :1] if from_first_sample else origins[steps, None]
        slope[:, steps], intercept[:, steps] = _least_squares((clock - origin) / 1000, cells, real)
    return slope, intercept


def _least_squares(x: Values, y: Values, real: Mask) -> tuple[Values, Values]:
    """x: (t, w), y: (s, t, w). A constant y has slope 0 exactly; an infinite one has none."""
    count = real.sum(axis=-1)
    base = y[..., :1]
    mean_x = np.where(real, x, 0.0).sum(axis=-1) / count
    dx = np.where(real, x - mean_x[:, None], 0.0)
    dy = np.where(real, y - base, 0.0)
    slope = (dx * dy).sum(axis=-1) / (dx * dx).sum(axis=-1)
    intercept = base[..., 0] + dy.sum(axis=-1) / count - slope * mean_x
    constant = np.where(real, y == base, True).all(axis=-1)
    endless = np.where(real, np.isinf(y), False).any(axis=-1)
    slope = np.where(endless, np.nan, np.where(constant, 0.0, slope))
    return slope, np.where(endless, np.nan, np.where(constant, base[..., 0], intercept))


def double_exponential_smoothing(
    windows: Windows, smoothing: Values, trend: Values, *, check_time: CheckTime
) -> tuple[Values, Mask]:
    """Holt's linear method: ``smoothing`` for the level, ``trend`` for the slope, both within (0, 1)."""
    out = np.empty((len(windows.labels), len(windows.first)))
    for steps, cells, real in windows_in_chunks(windows, check_time):
        out[:, steps] = _smoothed(cells, real, smoothing[steps], trend[steps], check_time)
    return out, windows.held(2)


def _smoothed(cells: Values, real: Mask, smoothing: Values, trend: Values, check_time: CheckTime) -> Values:
    width = cells.shape[-1]
    if width < 2:
        return np.full(cells.shape[:-1], np.nan)
    level, slope = cells[..., 0], cells[..., 1] - cells[..., 0]
    for i in range(1, width):
        check_time()
        next_level = smoothing * cells[..., i] + (1 - smoothing) * (level + slope)
        next_slope = trend * (next_level - level) + (1 - trend) * slope
        level, slope = np.where(real[:, i], next_level, level), np.where(real[:, i], next_slope, slope)
    return level
