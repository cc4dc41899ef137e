import numpy as np
import pytest

from alerts.adopt.figures import Figures, figures_of, objective_for
from collector.labels import Labels
from collector.series import Series

DAY = 86_400.0


def figures(total=1e6, bad=0.0, normal=0.0, worst=0.0, seconds=7 * DAY):
    return Figures(seconds, 3600.0, total, bad, normal, worst)


@pytest.mark.parametrize(
    ("seen", "objective"),
    [
        (figures(), 0.9995),
        (figures(total=15_000), 0.999),  # 99.95 % would be decided by seven events
        (figures(bad=800), 0.999),
        (figures(bad=800, normal=0.0008), 0.995),  # no half of 0.1 % to spare in a usual hour
        (figures(bad=6000, worst=1.0), 0.99),  # an outage of an hour
        (figures(bad=200_000, normal=0.2), None),
        (figures(seconds=3600), 0.99),
        (figures(total=500), 0.99),
        (figures(seconds=3600, bad=30_000), 0.95),
        (None, 0.99),
    ],
)
def test_the_strictest_objective_that_was_kept(seen, objective):
    assert objective_for(seen) == objective


def series(*values):
    return Series(Labels(), np.arange(len(values)) * 3600.0, np.array(values, float))


def test_figures_of_hours():
    bad = Series(Labels(), np.array([3600.0]), np.array([50.0]))
    seen = figures_of([series(100, 100, 0.2, 100)], [bad], 3600.0)
    assert (seen.seconds, seen.bad, seen.worst) == (4 * 3600.0, 50.0, 0.5)
    assert seen.total == pytest.approx(300.2)


def test_no_requests_are_no_figures():
    assert figures_of([], [], 3600.0) is None
    assert figures_of([series(0, 0)], [], 3600.0) is None


def test_what_is_no_finite_number_counts_as_nothing():
    times = np.arange(4.0)
    total = Series(Labels(), times, np.array([100.0, np.nan, np.inf, 100.0]))
    bad = Series(Labels(), times, np.array([np.inf, 1.0, 1.0, 50.0]))
    seen = figures_of([total], [bad], 1.0)
    assert (seen.total, seen.bad, seen.worst) == (200.0, 50.0, 0.5)
