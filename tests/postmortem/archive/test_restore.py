import pytest

from postmortem.archive.restore import restore_evidence
from postmortem.errors import ArchiveError

SECONDS = {"start": 0.0, "end": 60.0, "interval_seconds": 15.0, "rate_window": "45s"}


def archive(*, window=(), series=(), synthetic=None, fetched_at=100.0, state="open"):
    incident = {
        "id": "1", "title": "t", "state": state, "severity": "page", "services": [],
        "started_at": 30.0, "detected_at": 30.0,
    }  # fmt: skip
    one = {"query": "up", "start": 0.0, "end": 60.0, "step_seconds": 15.0, "samples": [[0.0, 1.0]]}
    return {
        "fetched_at": fetched_at, "address": "", "window": {**SECONDS, **dict(window)},
        "synthetic_history": {"until": synthetic, "in_budget_period": False}, "incident": incident,
        "events": [], "slos": [], "signals": {}, "unavailable": {},
        "series": {"signal:up": {**one, **dict(series)}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"window": {"interval_seconds": 0}}, "window.interval_seconds: input should be greater than 0"),
        ({"window": {"interval_seconds": -1.0}}, "window.interval_seconds: "),
        ({"window": {"end": 1e17}}, "window.end: input should be less than"),
        ({"window": {"start": -1e300}}, "window.start: "),
        ({"synthetic": 1e18}, "synthetic_history.until: "),
        ({"fetched_at": 1e17}, "fetched_at: "),
        ({"series": {"start": 1e300}}, "series.signal:up.start: "),
        ({"series": {"step_seconds": -1}}, "series.signal:up.step_seconds: "),
        ({"series": {"step_seconds": 0}}, "series.signal:up: value error, expected step_seconds above 0"),
        ({"window": {"quiet_asked_seconds": 1e300}}, "window.quiet_asked_seconds: "),
        ({"state": "silenced"}, "incident.state: input should be 'open', 'acknowledged' or 'resolved'"),
        ({"series": {"samples": [[1e300, 1.0]]}}, "series.signal:up.samples.0.0: "),
        ({"series": {"samples": [[0.0, -1.7e308]]}}, "series.signal:up.samples.0.1: "),
        ({"series": {"samples": [[0.0, 1.0], [15.0, None]]}}, "series.signal:up.samples.1.1: "),
        ({"series": {"samples": [[0.0, "inf"]]}}, "series.signal:up.samples.0.1: "),
        ({"series": {"samples": [[0.0, 1.0, 2.0]]}}, "series.signal:up.samples.0: "),
        ({"series": {"samples": [[0.0, 1.0], [15.0]]}}, "series.signal:up.samples.1.1: "),
        ({"series": {"samples": [0.0, 1.0]}}, "series.signal:up.samples.0: "),
        ({"series": {"samples": {"0": 1.0}}}, "series.signal:up.samples: "),
        ({"series": {"samples": [[0.0, 10**400]]}}, "series.signal:up.samples.0.1: "),
    ],
)
def test_what_no_report_was_made_from_is_named(changes, place):
    with pytest.raises(ArchiveError) as caught:
        restore_evidence(archive(**changes))
    assert str(caught.value).startswith(place)


def test_a_series_may_be_empty():
    assert restore_evidence(archive(series={"samples": []})).series["signal:up"].times.shape == (0,)


def test_the_rest_is_restored():
    assert restore_evidence(archive(window={"start": -600.0})).series["signal:up"].values.tolist() == [1.0]
