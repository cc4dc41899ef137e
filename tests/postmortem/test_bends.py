import numpy as np
import pytest

from postmortem.bends import KNOWN_WITHIN_SECONDS, Then, find_bends, find_knots
from postmortem.facts import recompute

MINUTES = np.arange(0.0, 76.0, 0.25)
ERRORS = np.interp(MINUTES, [0, 12, 27, 57, 76], [0.081, 0.03, 0.011, 0.004, 0.004])


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
        assert [recompute(f, evidence.series, evidence) for f in bend.facts()] == [
            f.value for f in bend.facts()
        ]


def test_a_percentile_bends_in_company_only(seed_report):
    percentiles = [s for s in seed_report.shifts if "histogram_quantile" in s.subject.signal.query]
    assert find_bends(seed_report.evidence, percentiles) == ()
    assert KNOWN_WITHIN_SECONDS == 60
