"""All changes of level of a series, each with the window of samples that shows it."""

import itertools
from dataclasses import dataclass

import numpy as np

from postmortem.evidence import Floats
from postmortem.fits.changefit import fit_change
from postmortem.fits.segmentation import Point, find_points

LEVEL_SAMPLES = 60  # on each side of a change, where no other is nearer
CHANGE_PENALTY = 12.0  # of log-likelihood: what one change more must explain


@dataclass(frozen=True)
class Change:
    """Indices of samples. The window is ``first`` to ``last``, both in it.

    begins: the first sample of the change. reached: the first at the new level (a step's is where it begins).
    """

    first: int
    last: int
    begins: int
    reached: int


def find_changes(times: Floats, values: Floats, floor: float) -> tuple[Change, ...]:
    """The changes, in order.

    times, values: shape (n,), finite, in time order.
    floor: differences below it do not matter, in the values' unit.
    """
    points = find_points(values, floor)
    groups = [group for run in _runs(points, len(values)) for group in _grouped(times, values, run)]
    starts = [0, *(last for _, last in groups)]
    ends = [*(first for first, _ in groups[1:]), len(values)]
    return tuple(
        _change(times, values, group, start, end)
        for group, start, end in zip(groups, starts, ends, strict=False)
    )


@dataclass(frozen=True)
class _Run:
    """Neighbouring points of one direction, steps or one ramp; others are up to ``start`` or from ``end``."""

    points: tuple[int, ...]
    start: int
    end: int


def _runs(points: tuple[Point, ...], size: int) -> list[_Run]:
    runs = [tuple(p.index for p in run) for _, run in itertools.groupby(points, key=lambda p: p.rises)]
    starts, ends = [0, *(run[-1] for run in runs)], [*(run[0] for run in runs[1:]), size]
    return [_Run(run, start, end) for run, start, end in zip(runs, starts, ends, strict=False)]


def _grouped(times: Floats, values: Floats, run: _Run) -> list[tuple[int, int]]:
    """First and last point of each change: as few straight lines as explain the run (by BIC)."""
    points = run.points
    if len(points) == 1:
        return [(points[0], points[0])]
    room = max(LEVEL_SAMPLES, (points[-1] - points[0]) // 2)
    middles = [(a + b) // 2 for a, b in itertools.pairwise(points)]
    edges = [max(run.start, points[0] - room), *middles, min(run.end, points[-1] + room)]
    size = edges[-1] - edges[0]
    costs = {
        (i, j): _cost(times, values, edges[i], edges[j])
        for i, j in itertools.combinations(range(len(edges)), 2)
    }
    totals: list[dict[int, tuple[float, list[int]]]] = [{0: (0.0, [0])}]
    for _ in points:  # so many changes: the least cost of covering up to each edge, and its cuts
        totals.append(
            {
                j: min((cost + costs[i, j], [*cuts, j]) for i, (cost, cuts) in totals[-1].items() if i < j)
                for j in range(len(totals), len(edges))
            }
        )
    scored = [
        size * np.log(by[len(points)][0] / size) + CHANGE_PENALTY * n for n, by in enumerate(totals[1:])
    ]
    cuts = totals[1 + int(np.argmin(scored))][len(points)][1]
    return [(points[i], points[j - 1]) for i, j in itertools.pairwise(cuts)]


def _cost(times: Floats, values: Floats, first: int, end: int) -> float:
    """What a change leaves unexplained; nearly nothing is never nothing."""
    fit = fit_change(times[first:end], values[first:end])
    return 2.0 * (end - first) if fit is None else max(fit.cost, 1e-6)


def _change(times: Floats, values: Floats, group: tuple[int, int], start: int, end: int) -> Change:
    """In a window of as many samples on both sides, and none of the neighbouring changes'."""
    first, last = group
    room = min(max(LEVEL_SAMPLES, last - first), first - start, end - last)
    window = slice(first - room, last + room)
    fit = fit_change(times[window], values[window])
    if fit is None:
        return Change(window.start, window.stop - 1, first, last)
    return Change(window.start, window.stop - 1, window.start + fit.begins, window.start + fit.reached)
