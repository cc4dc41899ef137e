from dataclasses import replace

import pytest

from postmortem.recording.model import recording_of
from tests.postmortem.turning_points.test_turns import TIMES, evidence_of


@pytest.mark.parametrize(
    ("resolved_at", "fetched_at", "is_cut"),
    [
        (1700.0, 1800.0, False),
        (1801.0, 9000.0, True),
        (9000.0, 1800.4, False),
        (None, 1800.4, False),
        (None, 1801.0, True),
    ],
)
def test_an_incident_that_outlasts_the_window_is_cut(resolved_at, fetched_at, is_cut):
    evidence = evidence_of(TIMES, fetched_at=fetched_at)
    incident = evidence.incident.model_copy(update={"resolved_at": resolved_at})
    assert evidence_of(TIMES, fetched_at=fetched_at, incident=incident).is_cut == is_cut


def test_samples_lie_a_scrape_apart_or_a_step_of_a_longer_window():
    evidence = evidence_of(TIMES)
    (series,) = evidence.series.values()
    wide = evidence.with_series([replace(series, step_seconds=60.0)])
    assert (evidence.interval_seconds, evidence.step_seconds, wide.step_seconds) == (15.0, 15.0, 60.0)
    assert recording_of(wide).step_seconds == 60.0
