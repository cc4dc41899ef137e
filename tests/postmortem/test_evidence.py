import pytest

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
