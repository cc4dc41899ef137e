import numpy as np
import pytest

from postmortem.reductions import Cut, Reduction, reduce_samples
from postmortem.turning_points.bends import KNOWN_WITHIN_SECONDS, Then, find_bends, find_knots, known_windows
from tests.postmortem.proof import misfits

MINUTES = np.arange(0.0, 76.0, 0.25)
ERRORS = np.interp(MINUTES, [0, 12, 27, 57, 76], [0.081, 0.03, 0.011, 0.004, 0.004])


CORNERS = (12, 27, 57)


def corners(values):
    """Minutes of those that are told."""
    windows = known_windows(MINUTES * 60, values, 0.03 * float(np.ptp(values)))
    return [reduce_samples(MINUTES * 60, values, Cut(Reduction.BEND, *w)) / 60 for w in windows]


def noisy(values, scale, seed):
    """As rates are: neighbours share two thirds of their windows."""
    factors = np.random.default_rng(seed).lognormal(0, scale, len(values) + 2)
    return values * (factors[:-2] + factors[1:-1] + factors[2:]) / 3


@pytest.mark.parametrize("seed", range(6))
def test_every_corner_is_found_and_no_other(seed):
    knots = find_knots(MINUTES * 60, noisy(ERRORS, 0.02, seed), 0.03 * 0.077)
    assert MINUTES[knots] == pytest.approx([12, 27, 57], abs=1.5)


@pytest.mark.parametrize("values", [np.interp(MINUTES, [0, 76], [0.9, 0.45]), np.full(len(MINUTES), 0.5)])
def test_a_straight_way_has_no_corner(values):
    assert find_knots(MINUTES * 60, values, 0.01) == []


@pytest.mark.parametrize(("noise", "least_hits", "most_false"), [(0.02, 0.95, 0.02), (0.05, 0.85, 0.02)])
def test_only_corners_whose_time_is_known_are_told(noise, least_hits, most_false):
    hits = wrong = 0
    for seed in range(60):
        told = corners(noisy(ERRORS, noise, seed))
        hits += sum(any(abs(at - corner) <= 1 for at in told) for corner in CORNERS)
        wrong += sum(all(abs(at - corner) > 1 for corner in CORNERS) for at in told)
    assert hits >= least_hits * 60 * len(CORNERS)
    assert wrong <= most_false * 60


@pytest.mark.parametrize("minutes", [5, 15])
def test_an_approach_to_a_level_is_no_corner(minutes):
    curve = 0.05 + 0.8 * np.exp(-MINUTES / minutes)
    assert sum(len(corners(noisy(curve, 0.05, seed))) for seed in range(60)) <= 3


def test_bends_are_told_of_the_way_back_with_the_levels_at_their_ends(seed_report):
    bends = find_bends(seed_report.evidence, seed_report.shifts)
    assert bends
    for bend in bends:
        assert bend.since.value < bend.at.value
        assert bend.at.value > bend.shift.peak_at.value
        assert bend.then in Then


def test_bends_recompute_from_what_is_stored(seed_report):
    evidence = seed_report.evidence
    for bend in find_bends(evidence, seed_report.shifts):
        assert misfits(bend.facts(), evidence) == []


def test_a_percentile_bends_in_company_only(seed_report):
    percentiles = [s for s in seed_report.shifts if "histogram_quantile" in s.subject.signal.query]
    assert find_bends(seed_report.evidence, percentiles) == ()
    assert KNOWN_WITHIN_SECONDS == 60
