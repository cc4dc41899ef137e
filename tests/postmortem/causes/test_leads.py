from dataclasses import replace

import pytest

from postmortem.causes.leads import find_lead, shift_of
from postmortem.causes.moves import SILENT


@pytest.fixture(scope="module")
def surge(seed_report):
    return next(c for c in seed_report.ranking.causes if c.id == "traffic.surge")


def test_a_move_is_told_by_the_turning_point_of_its_signal(seed_report, surge):
    shift = shift_of(surge.evidence[0], seed_report.shifts)
    assert shift.subject.series == surge.evidence[0].subject.series
    assert shift.onset.value == surge.evidence[0].onset


def test_a_move_the_other_way_or_silence_is_another(seed_report, surge):
    seen = surge.evidence[0]
    fell = replace(seen, worst=seen.before / 2)
    assert [shift_of(o, seed_report.shifts) for o in (fell, replace(seen, move=SILENT))] == [None, None]


def test_a_candidate_whose_evidence_has_no_turning_point_has_no_lead(seed_report, surge):
    span = seed_report.impact.span
    assert find_lead(surge, seed_report.shifts, span, 45.0).seconds.value > 45.0
    assert find_lead(surge, (), span, 45.0) is None
