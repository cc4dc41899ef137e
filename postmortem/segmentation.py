"""Where an array changes level: how many changes, and roughly where. No time, no figure of a report yet.

The method: single outliers are cut off; at each of four widths the mean of so many samples is compared with
the mean of as many before them, against how much such means usually differ in this series (noise, tides
and the overlap of rates are all in that); narrow widths first, each wider one on what the levels found so far
leave over. Then the weakest points go until all that stay stand out of the levels beside them, and steps
of one long ramp become one change.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from postmortem.evidence import Floats

WIDTHS = (5, 10, 20, 40)  # samples on each side
OUTLIER_SPAN = 7  # samples: what lasts for fewer than half of them is an outlier, no level
LEAST_SAMPLES = 12
SCORE = 5.5  # times the usual difference of means
KEPT_SCORE = 5.0  # of a point between the levels beside it
LEAST_CHANGE = 0.25  # of logarithms: 28 % up, 22 % down
LEVEL_SAMPLES = 60  # of the level beside a point: what is near, not an hour ago
_MAD_TO_SIGMA = 1.4826
_TIDE_WINDOWS = 8  # a series of fewer windows cannot tell how much they usually differ


@dataclass(frozen=True)
class Stretch:
    """A change lies in samples [first, last]; the level before ends at ``first`` − 1 at the latest."""

    first: int
    last: int


def find_stretches(values: Floats, floor: float) -> tuple[Stretch, ...]:
    """Stretches of change, in order.

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
    return _join(clean, _prune(clean, points, sigma), sigma)


def _without_outliers(logs: Floats) -> tuple[Floats, float]:
    """What is further than three scatters from the median of its neighbours is cut off; and the scatter."""
    half = OUTLIER_SPAN // 2
    padded = np.pad(logs, half, mode="edge")
    middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, OUTLIER_SPAN), axis=1)
    apart = logs - middle
    scatter = _MAD_TO_SIGMA * float(np.median(np.abs(apart)))
    return middle + np.clip(apart, -3 * scatter, 3 * scatter), scatter


def _peaks(rest: Floats, width: int, sigma: float, taken: Sequence[int]) -> list[int]:
    """Where the difference of means is highest within a width, and stands out."""
    sums = np.concatenate([[0.0], np.cumsum(rest)])
    means = (sums[width:] - sums[:-width]) / width
    apart = np.abs(means[width:] - means[:-width])  # apart[i]: at sample i + width
    usual = sigma * float(np.sqrt(2 / width))
    if len(rest) >= _TIDE_WINDOWS * width:
        usual = max(usual, _MAD_TO_SIGMA * float(np.median(apart)))
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
        levels[begin:end] = np.median(clean[begin:end])
    return levels


def _segments(points: Sequence[int], size: int) -> list[tuple[int, int]]:
    edges = [0, *points, size]
    return [(a, b) for a, b in itertools.pairwise(edges) if b > a]


def _prune(clean: Floats, points: list[int], sigma: float) -> list[int]:
    """Without the points whose neighbouring levels are too near for their scatter, weakest first."""
    kept = list(points)
    while kept:
        strengths = [
            _strength(clean, before, at, after, sigma)
            for before, at, after in zip([0, *kept], kept, [*kept[1:], len(clean)], strict=False)
        ]
        weakest = int(np.argmin(strengths))
        if strengths[weakest] >= 1:
            break
        del kept[weakest]
    return kept


def _strength(clean: Floats, before: int, at: int, after: int, sigma: float) -> float:
    """How many times the least difference that counts; the levels are those near the point."""
    left, right = clean[max(before, at - LEVEL_SAMPLES) : at], clean[at : min(after, at + LEVEL_SAMPLES)]
    apart = abs(float(np.median(right)) - float(np.median(left)))
    spread = sigma * float(np.sqrt(1.57 / len(left) + 1.57 / len(right)))
    return apart / max(KEPT_SCORE * spread, LEAST_CHANGE)


def _join(clean: Floats, points: list[int], sigma: float) -> tuple[Stretch, ...]:
    """Neighbouring points of one direction with no level between them are one change."""
    found: list[Stretch] = []
    levels = [float(np.median(clean[a:b])) for a, b in _segments(points, len(clean))]
    ways = np.sign(np.diff(levels))
    for number, at in enumerate(points):
        if found and ways[number] == ways[number - 1] and not _is_level(clean[found[-1].last : at], sigma):
            found[-1] = Stretch(found[-1].first, at)
        else:
            found.append(Stretch(at, at))
    return tuple(found)


def _is_level(segment: Floats, sigma: float) -> bool:
    """Whether its halves lie as near as their scatter lets expect."""
    half = len(segment) // 2
    if half < 4:
        return False
    apart = abs(float(np.median(segment[half:])) - float(np.median(segment[:half])))
    return apart <= max(3 * sigma * float(np.sqrt(3.14 / half)), LEAST_CHANGE / 2)
