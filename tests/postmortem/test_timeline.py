import numpy as np
import pytest

from alerts.charts.model import Unit
from alerts.timeline_rows import RowKind
from postmortem.report import conclude
from tests.postmortem.outages import TIMES, evidence_of, levels, objective, signal


def told(values, kind, alarm=1260.0):
    """The rows of a kind that tell of one objective's series."""
    rows = conclude(evidence_of((objective(), values), alarm=alarm)).timeline
    return [entry for row in rows if row.kind is kind for entry in row.entries]


def test_a_second_worsening_before_the_worst_is_told():
    (again,) = told(levels(0.001, (1200, 0.06), (1800, 0.11), (2700, 0.001)), RowKind.TURN)
    assert again.turn.rises
    assert again.at == 1800
    assert again.turn.before.value < 0.07 < again.turn.after.value


def test_a_small_step_to_the_worst_is_no_row_of_its_own():
    assert not told(levels(0.001, (1200, 0.1), (1800, 0.11), (2700, 0.001)), RowKind.TURN)


def way_back(*corners):
    """Values: the worst is 0.1 at 1200 s, and the way back straight lines between pairs of time and level."""
    times, heights = zip((1200.0, 0.1), *corners, strict=True)
    line = np.interp(TIMES, times, heights)
    return np.where(TIMES < 1200, 0.001, line) * np.random.default_rng(1).lognormal(0, 0.01, len(TIMES))


def test_a_level_that_holds_before_it_falls_is_told_as_held():
    held = told(way_back((1800, 0.0995), (2400, 0.05), (3600, 0.05)), RowKind.BEND)
    assert [entry.bend.is_held for entry in held] == [True, False]


def test_a_recovery_that_is_a_corner_too_is_told_once():
    values = way_back((1800, 0.1), (2100, 0.001), (3600, 0.001))
    assert told(values, RowKind.RECOVERED)
    assert all(entry.bend.is_held for entry in told(values, RowKind.BEND))


@pytest.mark.parametrize(("worst", "rows"), [(36.0, 0), (3.0, 2)])
def test_a_count_that_flickers_by_one_is_no_row_beside_a_far_greater_rise(worst, rows):
    steps = ((0, 0.0), (300, 1.0), (480, 0.0), (1200, worst), (2400, 0.0))
    times, heights = zip(*steps, strict=True)
    waiting = signal("waiting", "saturation").model_copy(update={"unit": Unit.COUNT})
    values = np.array(heights)[np.searchsorted(times, TIMES, side="right") - 1]
    report = conclude(evidence_of((waiting, values), alarm=1260.0))
    assert sum(row.kind is RowKind.TURN for row in report.timeline) == rows
