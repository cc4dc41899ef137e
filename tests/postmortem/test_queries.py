import pytest

from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from postmortem.queries import choose_window, error_ratio_signal, interval_from, synthetic_query, widen
from postmortem.records import Incident, SloRecord


def incident(**changes):
    kept = {"started_at": 10_000.0, "detected_at": 10_000.0}
    return Incident(id="1", title="", state="open", severity="page", services=(), **{**kept, **changes})


@pytest.mark.parametrize(
    ("samples", "minutes", "interval"),
    [
        (4.0, 1, 15.0),
        (30.0, 1, 2.0),
        (29.0, 1, 2.0),
        (60.0, 1, 1.0),
        (10.0, 10, 60.0),
        (5.0, 10, 120.0),
        (None, 10, 15.0),
        (0.0, 10, 15.0),
    ],
)
def test_interval_comes_from_samples_over_minutes(samples, minutes, interval):
    assert interval_from(samples, minutes) == interval


def test_a_drill_is_looked_at_closely():
    window = choose_window(incident(resolved_at=10_150.0), 2.0, 20_000.0)
    assert (window.start, window.end, window.step_seconds, window.rate_window) == (9760, 10_210, 2.0, "10s")


def test_an_open_incident_ends_now():
    window = choose_window(incident(), 15.0, 13_000.5)
    assert (window.start, window.end, window.rate_window) == (8200, 13_000, "45s")


def test_a_long_incident_takes_wider_steps_and_rates():
    window = choose_window(incident(), 15.0, 90_000.0)
    assert (window.end - window.start) / window.step_seconds <= 1500
    assert window.rate_window == "1m"
    assert choose_window(incident(), 15.0, 1e6).end - window.start == 86_400


def test_a_window_that_reaches_further_back_keeps_its_end_and_a_day():
    window = choose_window(incident(started_at=100_000.0, resolved_at=101_000.0), 15.0, 200_000.0)
    wide = widen(window, 70_000.5)
    assert (wide.start, wide.end, wide.step_seconds) == (70_000, window.end, 30.0)
    assert widen(window, 0.0).start == window.end - 86_400
    assert widen(window, window.start + 60) == window


def test_made_up_history_is_looked_for_without_look_back():
    assert synthetic_query(15.0) == 'count(last_over_time({origin="synthetic_history"}[15s]))'


def test_good_events_ahead_of_all_leave_no_share_below_zero():
    store = MemoryStore()
    slo = SloRecord(
        name="a", service="a", kind="availability", objective=0.99, period_seconds=86_400,
        bad="sum(increase(all_total[$window])) - sum(increase(good_total[$window]))",
        total="sum(increase(all_total[$window]))",
    )  # fmt: skip
    for at, total in enumerate((0, 10, 20, 30)):
        store.append(Labels({METRIC_NAME: "all_total"}), at * 15_000, total)
        store.append(Labels({METRIC_NAME: "good_total"}), at * 15_000, total + (total > 20))
    (sample,) = EmbeddedQuerier(store).instant(error_ratio_signal(slo, "45s").query, 45.0)
    assert sample.value == 0
