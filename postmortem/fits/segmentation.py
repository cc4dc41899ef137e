"""Where an array changes level: how many changes, and roughly where. No time, no figure of a report yet.

The method: single outliers are cut off; at each of four widths the mean of so many samples is compared with
the mean of as many before them, against how much such means usually differ in this series (noise, tides
and the overlap of rates are all in that); narrow widths first, each wider one on what the levels found so far
leave over. Then the weakest points go until all that stay stand out of the levels beside them.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from postmortem.evidence import Floats
from postmortem.fits.levels import MAD_TO_SIGMA
from postmortem.medians import upper_median

WIDTHS = (5, 10, 20, 40)  # samples on each side
OUTLIER_SPAN = 7  # samples: what lasts for fewer than half of them is an outlier, no level
LEAST_SAMPLES = 12
SCORE = 5.5  # times the usual difference of means
KEPT_SCORE = 5.0  # of a point between the levels beside it
LEAST_CHANGE = 0.25  # of logarithms: 28 % up, 22 % down
LEVEL_SAMPLES = 60  # of the level beside a point: what is near, not an hour ago
_TIDE_WINDOWS = 8  # a series of fewer windows cannot tell how much they usually differ


@dataclass(frozen=True)
class Point:
    """Near this sample the level changes, and which way."""

    index: int
    rises: bool


def find_points(values: Floats, floor: float) -> tuple[Point, ...]:
    """Where the level changes, in order, to within a few samples; a long ramp is several points.

    values: shape (n,), finite.
    floor: what counts as nothing in the values' unit: below it changes do not matter.
    """
    if len(values) < LEAST_SAMPLES:
        return ()
    logs = np.arcsinh(values / (2 * floor))
    clean, sigma = _without_outliers(logs)
    points: list[int] = []
    for width in WIDTHS:
        if len(clean) >= 2 * width:
            points = sorted({*points, *_peaks(clean - _levels(clean, points), width, sigma, points)})
    kept = _prune(clean, points, sigma)
    edges = [0, *kept, len(clean)]
    steps = (_step(clean, *near) for near in zip(edges, kept, edges[2:], strict=False))
    return tuple(Point(index, step > 0) for index, step in zip(kept, steps, strict=True))


def _without_outliers(logs: Floats) -> tuple[Floats, float]:
    """What is further than three scatters from the median of its neighbours is cut off; and the scatter."""
    half = OUTLIER_SPAN // 2
    padded = np.pad(logs, half, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, OUTLIER_SPAN)
    middle = np.partition(windows, half, axis=1)[:, half]
    apart = logs - middle
    scatter = MAD_TO_SIGMA * upper_median(np.abs(apart))
    return middle + np.clip(apart, -3 * scatter, 3 * scatter), scatter


def _peaks(rest: Floats, width: int, sigma: float, taken: Sequence[int]) -> list[int]:
    """Where the difference of means is highest within a width, and stands out."""
    sums = np.concatenate([[0.0], np.cumsum(rest)])
    means = (sums[width:] - sums[:-width]) / width
    apart = np.abs(means[width:] - means[:-width])  # apart[i]: at sample i + width
    usual = sigma * float(np.sqrt(2 / width))
    if len(rest) >= _TIDE_WINDOWS * width:
        usual = max(usual, MAD_TO_SIGMA * upper_median(apart))
    found: list[int] = []
    rank = np.flatnonzero(apart > max(SCORE * usual, LEAST_CHANGE))
    for place in rank[np.argsort(-apart[rank])]:
        at = int(place) + width
        if all(abs(at - other) >= width for other in found):
            found.append(at)
    return [at for at in found if all(abs(at - other) > 2 for other in taken)]


def _levels(clean: Floats, points: Sequence[int]) -> Floats:
    """Each sample's level: the median of its segment."""
    levels = np.empty_like(clean)
    for begin, end in _segments(points, len(clean)):
        levels[begin:end] = upper_median(clean[begin:end])
    return levels


def _segments(points: Sequence[int], size: int) -> list[tuple[int, int]]:
    edges = [0, *points, size]
    return [(a, b) for a, b in itertools.pairwise(edges) if b > a]


def _prune(clean: Floats, points: list[int], sigma: float) -> list[int]:
    """Without the points whose neighbouring levels are too near for their scatter, weakest first."""
    edges = [0, *points, len(clean)]

    def strength(place: int) -> float:
        return _strength(clean, edges[place - 1], edges[place], edges[place + 1], sigma)

    strengths = [strength(place) for place in range(1, len(edges) - 1)]
    while strengths and min(strengths) < 1:
        weakest = int(np.argmin(strengths)) + 1
        del edges[weakest], strengths[weakest - 1]
        for place in {weakest - 1, weakest} & set(range(1, len(edges) - 1)):
            strengths[place - 1] = strength(place)
    return edges[1:-1]


def _strength(clean: Floats, before: int, at: int, after: int, sigma: float) -> float:
    """How many times the least difference that counts; the levels are those near the point."""
    if min(at - before, after - at) <= OUTLIER_SPAN // 2:
        return 0.0
    sizes = min(at - before, LEVEL_SAMPLES), min(after - at, LEVEL_SAMPLES)
    spread = sigma * float(np.sqrt(1.57 / sizes[0] + 1.57 / sizes[1]))
    return abs(_step(clean, before, at, after)) / max(KEPT_SCORE * spread, LEAST_CHANGE)


def _step(clean: Floats, before: int, at: int, after: int) -> float:
    """From the median just before the point to that just after it."""
    left, right = clean[max(before, at - LEVEL_SAMPLES) : at], clean[at : min(after, at + LEVEL_SAMPLES)]
    return upper_median(right) - upper_median(left)
