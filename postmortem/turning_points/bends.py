"""Where the way back from the worst bends: a fall that slows down, a level that settles.

A level that jumps is a turning point (``turns``); a recovery is a slope, and has corners instead.
Each bend is one of the chain of straight lines that fits the samples from the worst to the end.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from postmortem.evidence import Evidence, Floats
from postmortem.facts import TIME, Fact, measure
from postmortem.fits.bendfit import Hinge, cornered, fit_hinge
from postmortem.medians import median, median_of_three
from postmortem.reductions import Cut, Reduction
from postmortem.turning_points.turns import Shift

LEAST_DEPTH = 0.03  # of the excursion: flatter corners are no news
LEAST_CORNER = 1.8  # times better than any curve without a corner
LEAST_GAIN = 4.0  # over one line, in variances and over ln n: the best of n knots gains some by chance
KNOWN_WITHIN_SECONDS = 60.0  # a corner whose time is known less well makes no row
COMPANY_SECONDS = 120.0  # a corner is known to a minute on either side
LEVEL_STEPS = 2  # samples on either side of a corner whose median is its level
_MOST_ROUNDS = 20
_FLAT = 0.1  # of the slope before


class Then(StrEnum):
    """How a series goes on after a bend."""

    SETTLES = "settles"
    SLOWS = "slows"
    HURRIES = "hurries"
    TURNS = "turns"


@dataclass(frozen=True)
class Bend:
    """A corner of a shift's way back. since: when the straight line to it began; before, after: its ends."""

    shift: Shift
    since: Fact
    before: Fact
    at: Fact
    after: Fact
    then: Then

    @property
    def rises(self) -> bool:
        return self.after.value > self.before.value

    @property
    def is_held(self) -> bool:
        """Whether the series stayed where it was until here, and only then went on."""
        least = LEAST_DEPTH * abs(self.shift.peak.value - self.shift.before.value)
        return self.then in {Then.HURRIES, Then.TURNS} and abs(self.after.value - self.before.value) < least

    @property
    def is_recovery(self) -> bool:
        """Whether it is the shift's recovery, seen as a corner."""
        back = self.shift.recovered
        is_near = back is not None and abs(self.at.value - back.value) <= COMPANY_SECONDS
        return self.then is Then.SETTLES and is_near

    def facts(self) -> tuple[Fact, ...]:
        return (self.since, self.before, self.at, self.after)


def find_bends(evidence: Evidence, shifts: Sequence[Shift]) -> tuple[Bend, ...]:
    """The corners from each shift's worst to the end of the record whose times are known well, in order.

    A percentile counts in company only: it also bends where a bucket of its histogram ends.
    """
    corners = {shift.subject.series: _corners(evidence, shift) for shift in shifts}
    firm = [
        corner.value
        for shift in shifts
        if not _is_percentile(shift)
        for corner in corners[shift.subject.series]
    ]
    bends = [
        bend
        for shift in shifts
        for bend in _bends(
            evidence,
            shift,
            [
                corner
                for corner in corners[shift.subject.series]
                if not _is_percentile(shift)
                or any(abs(corner.value - other) <= COMPANY_SECONDS for other in firm)
            ],
        )
    ]
    return tuple(sorted(bends, key=lambda bend: bend.at.value))


def _is_percentile(shift: Shift) -> bool:
    return "histogram_quantile" in shift.subject.signal.query


def _corners(evidence: Evidence, shift: Shift) -> list[Fact]:
    series = evidence.series[shift.subject.series]
    inside = (series.times >= shift.peak_at.value) & (series.times <= evidence.end)
    least_depth = LEAST_DEPTH * abs(shift.peak.value - shift.before.value)
    cuts = [
        Cut(Reduction.BEND, *window)
        for window in known_windows(series.times[inside], series.values[inside], least_depth)
    ]
    found = [measure(f"{series.id}.bend{number}.at", series, cut, TIME) for number, cut in enumerate(cuts, 1)]
    return [corner for corner in found if corner is not None]


def known_windows(times: Floats, values: Floats, least_depth: float) -> list[tuple[float, float]]:
    """First and last moment of the two lines around each corner whose time is known well."""
    ends = [0, *find_knots(times, values, least_depth), len(times) - 1]
    return [
        (float(times[first]), float(times[last]))
        for first, last in zip(ends, ends[2:], strict=False)
        if _is_known(times[first : last + 1], values[first : last + 1])
    ]


def find_knots(times: Floats, values: Floats, least_depth: float) -> list[int]:
    """Indices of the inner corners of the chain of lines that fits samples (n,); none of a straight line."""

    @cache
    def fitted(first: int, last: int) -> Hinge | None:
        return _fit(times[first : last + 1], values[first : last + 1])

    knots = _split(fitted, least_depth, 0, len(times) - 1)
    for _ in range(_MOST_ROUNDS):
        ends = [0, *knots, len(times) - 1]
        fits = [fitted(first, last) for first, last in zip(ends, ends[2:], strict=False)]
        depths = [_depth(fit, least_depth) for fit in fits]
        moved = sorted({first + fit.knot for first, fit in zip(ends, fits, strict=False) if fit is not None})
        if depths and min(depths) <= 0:
            del knots[depths.index(min(depths))]
        elif moved == knots:
            break
        else:
            knots = moved
    return knots


def _split(
    fitted: Callable[[int, int], Hinge | None], least_depth: float, first: int, last: int
) -> list[int]:
    """Each stretch at its best corner; half as deep a one may show a deep one elsewhere."""
    fit = fitted(first, last)
    if fit is None or _depth(fit, least_depth / 2) <= 0:
        return []
    knot = first + fit.knot
    before = _split(fitted, least_depth, first, knot)
    return [*before, knot, *_split(fitted, least_depth, knot, last)]


def _fit(times: Floats, values: Floats) -> Hinge | None:
    return fit_hinge(times, median_of_three(values))


def _depth(fit: Hinge | None, least_depth: float) -> float:
    """0 where it is no corner: too flat, or no better than chance."""
    if fit is None or fit.depth < least_depth or fit.gain < LEAST_GAIN:
        return 0.0
    return fit.depth


def _is_known(times: Floats, values: Floats) -> bool:
    """Whether there is a corner rather than a curve, and its time is known."""
    smooth = median_of_three(values)
    fit = fit_hinge(times, smooth)
    if fit is None:
        return False
    at = times[fit.knot]
    if max(at - times[fit.earliest], times[fit.latest] - at) > KNOWN_WITHIN_SECONDS:
        return False
    return cornered(times, smooth, fit) >= LEAST_CORNER


def _bends(evidence: Evidence, shift: Shift, corners: Sequence[Fact]) -> Iterator[Bend]:
    series, unit = evidence.series[shift.subject.series], shift.subject.signal.unit
    around = LEVEL_STEPS * evidence.step_seconds
    points = [(shift.peak_at, shift.peak)]
    for corner in corners:
        cut = Cut(Reduction.MEDIAN, corner.value - around, corner.value + around)
        level = measure(corner.id.replace(".at", ".level"), series, cut, unit)
        assert level is not None
        points.append((corner, level))
    inside = series.values[series.times <= evidence.end]
    last = (evidence.end, median(inside[-2 * LEVEL_STEPS - 1 :]))
    course = [*((at.value, level.value) for at, level in points), last]
    for n in range(1, len(points)):
        yield Bend(shift, *points[n - 1], *points[n], _then(course[n - 1], course[n], course[n + 1]))


def _then(before: tuple[float, float], corner: tuple[float, float], after: tuple[float, float]) -> Then:
    """Of three moments and their levels."""
    first, second = ((b[1] - a[1]) / max(b[0] - a[0], 1e-9) for a, b in ((before, corner), (corner, after)))
    if abs(second) <= _FLAT * abs(first):
        return Then.SETTLES
    if first * second < 0:
        return Then.TURNS
    return Then.SLOWS if abs(second) < abs(first) else Then.HURRIES
