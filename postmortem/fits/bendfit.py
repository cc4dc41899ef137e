"""Two straight lines that meet: where a stretch of samples bends, how much, and how well that is known."""

from dataclasses import dataclass

import numpy as np

from postmortem.evidence import Floats

LEAST_SIDE = 8  # samples of each of the two lines
_SHARED = 3.0  # neighbouring samples of a rate share two thirds of their windows: so many are as good as one
_AS_LIKELY = 4.0  # variances that a knot may leave more and still be as likely
_TIME_CONSTANTS = np.geomspace(0.01, 3.0, 40)  # of an approach to a level, in lengths of the stretch
_EXACT = 1e-9  # of what a line leaves: below, nothing remains to compare with


@dataclass(frozen=True)
class Hinge:
    """The best hinge of n samples, by least squares.

    knot: the index of its sample. depth: how far it lies off the straight line between the hinge's ends.
    gain: by how much it fits better than one line, in variances of what it leaves, over ln n: the best of n
    knots gains some by chance.
    left: the squares that it leaves.
    earliest, latest: indices of the first and last knot that would fit about as well.
    """

    knot: int
    depth: float
    gain: float
    left: float
    earliest: int
    latest: int


def fit_hinge(times: Floats, values: Floats) -> Hinge | None:
    """The best hinge of samples (n,) in time order; None of too few."""
    n = len(times)
    if n < 2 * LEAST_SIDE + 1:
        return None
    x = (times - times[0]) / (times[-1] - times[0])
    straight, taken, slopes = _taken_off(x, values)
    remaining = np.full(n, np.inf)
    inner = slice(LEAST_SIDE, n - LEAST_SIDE)
    remaining[inner] = np.maximum(straight - taken[inner], straight * _EXACT)
    knot = int(remaining.argmin())
    least = float(remaining[knot])
    if least <= 0:
        return None
    variance = _SHARED * least / (n - 4)
    near = np.flatnonzero(remaining <= least + _AS_LIKELY * variance)
    return Hinge(
        knot,
        abs(float(slopes[knot])) * float(x[knot] * (1 - x[knot])),
        (straight - least) / variance / float(np.log(n)),
        least,
        int(near[0]),
        int(near[-1]),
    )


def cornered(times: Floats, values: Floats, hinge: Hinge) -> float:
    """What the best curve without a corner leaves of the hinge's samples, as a multiple of what it leaves."""
    x = (times - times[0]) / (times[-1] - times[0])
    return _left_by_curves(x, values) / hinge.left


def _taken_off(x: Floats, y: Floats) -> tuple[float, Floats, Floats]:
    """The squares that one line leaves; (n,) what a hinge at each sample takes off; (n,) how much it turns.

    By sums of all that is beyond each sample; the turn is the difference of the two slopes.
    """
    n = len(x)
    u, v = x - x.mean(), y - y.mean()
    square_u = float(u @ u)
    rest = v - float(u @ v) / square_u * u
    beyond = np.zeros((4, n))
    beyond[:, :-1] = np.array([u, u * u, rest, rest * u])[:, :0:-1].cumsum(axis=1)[:, ::-1]
    first, second, rests, shares = beyond
    count = np.arange(n - 1.0, -1.0, -1.0)
    level, along = first - u * count, second - u * first
    norm = second - 2 * u * first + u * u * count - level**2 / n - along**2 / square_u
    shared = shares - u * rests
    slopes = np.divide(shared, norm, out=np.zeros(n), where=norm > 1e-12)
    return float(rest @ rest), slopes * shared, slopes


def _left_by_curves(x: Floats, y: Floats) -> float:
    """The squares that the better curve leaves: a cubic, or an exponential approach to a level."""
    rest = y - np.polyval(np.polyfit(x, y, 3), x)
    decays = np.exp(-x[None, :] / _TIME_CONSTANTS[:, None])
    decays -= decays.mean(axis=1, keepdims=True)
    centred = y - y.mean()
    taken = (decays @ centred) ** 2 / (decays**2).sum(axis=1)
    return min(float(rest @ rest), max(float(centred @ centred - taken.max()), 0.0))
