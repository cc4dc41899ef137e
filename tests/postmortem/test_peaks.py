import numpy as np
import pytest

from postmortem.evidence import StoredSeries
from postmortem.peaks import FEW_EVENTS, peak_queries, thin_peaks
from postmortem.turning_points.turns import find_shifts
from tests.postmortem.outages import END, evidence_of, levels, objective

COUNTED = "sum(increase(requests_total[$window]))"


def quiet(total=COUNTED, **changes):
    """A service of few requests that failed for five minutes, and its shift."""
    slo = objective().model_copy(update={"total": total, **changes})
    evidence = evidence_of((slo, levels(0.001, (1800.0, 1.0), (2100.0, 0.001))), alarm=1860.0)
    return evidence, find_shifts(evidence)


def answered(evidence, shifts, events):
    (query,) = peak_queries(evidence, shifts)
    at = np.array([query.at])
    return evidence.with_series(
        [StoredSeries(query.id, query.query, query.at, query.at, 0.0, at, events * at**0)]
    )


def test_all_events_of_the_window_of_the_highest_share_are_asked_for():
    evidence, shifts = quiet()
    (query,) = peak_queries(evidence, shifts)
    assert (query.query, query.at) == ("sum(increase(requests_total[45s]))", shifts[0].peak_at.value)


@pytest.mark.parametrize(
    "changes",
    [{"total": "avg_over_time(ratio[$window])"}, {"slice_seconds": 60.0}, {"counts_events": False}],
    ids=["average", "slices", "ratio"],
)
def test_what_is_no_number_of_events_is_not_asked_for(changes):
    assert list(peak_queries(*quiet(**changes))) == []


def test_an_objective_of_several_series_has_no_one_number():
    _, shifts = quiet()
    of_a_series = (shifts[0].subject.slo, levels(0.001))
    twice = evidence_of(of_a_series, of_a_series, alarm=END / 2)
    assert list(peak_queries(twice, shifts)) == []


@pytest.mark.parametrize(("events", "thin"), [(1.0, 1), (FEW_EVENTS - 1, 1), (FEW_EVENTS, 0), (0.0, 1)])
def test_few_events_make_a_thin_peak(events, thin):
    evidence, shifts = quiet()
    found = thin_peaks(answered(evidence, shifts, events), shifts)
    assert [peak.events.value for peak in found] == [events] * thin


def test_without_an_answer_nothing_is_said():
    assert thin_peaks(*quiet()) == ()
