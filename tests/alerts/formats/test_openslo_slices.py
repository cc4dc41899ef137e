"""OpenSLO's time slices, against a count by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.budget.status import count_events
from alerts.check.analysis import Known, check
from alerts.check.tiers import Pace
from alerts.compile import policies_of
from alerts.errors import SpecError
from alerts.formats.openslo.slices import in_slices
from alerts.slo import Sli, SliKind, Slo
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from tests.alerts.formats.openslo_specs import load, metric, put, spec

TOTAL = "sum(increase(all_total[$window]))"
COUNTERS = Sli(SliKind.AVAILABILITY, f"sum(increase(bad_total[$window])) or {TOTAL} * 0", TOTAL)


def sliced(window: object = "1m", target: float = 0.95, **objective: object) -> dict:
    content = put(spec(), "spec.budgetingMethod", "Timeslices")
    slices = {"target": 0.99, "timeSliceTarget": target, "timeSliceWindow": window, **objective}
    return put(content, "spec.objectives", [slices])


def scraped(minutes: list[tuple[int, int]]) -> EmbeddedQuerier:
    """(all, bad) of each minute, at even pace, scraped every 15 s; the counters begin at zero."""
    store, per_scrape = MemoryStore(), np.repeat(np.array(minutes, float), 4, axis=0) / 4
    times = np.arange(len(per_scrape) + 1) * 15_000
    for name, column in (("all_total", per_scrape[:, 0]), ("bad_total", per_scrape[:, 1])):
        values = np.concatenate([[0.0], np.cumsum(column)])
        store.append_column(Labels({METRIC_NAME: name}), times, values)
    return EmbeddedQuerier(store)


MINUTES = [(100, 0), (100, 6), (100, 5), (0, 0), (2, 1), (100, 100), (0, 0), (100, 4)]


def test_slices_are_counted_as_by_hand(tmp_path):
    """Bad are the minutes with 6, 50 and 100 % errors; 5 % is just good; two minutes are idle."""
    (slo,) = load(tmp_path, sliced())
    counts = count_events(scraped(MINUTES), slo, 480.0, 480.0)
    assert (counts.bad, counts.total) == (3, 6)


def test_longer_slices_judge_their_own_events(tmp_path):
    """Of two minutes each: 6 of 200, 5 of 100, 101 of 102, 4 of 100."""
    (slo,) = load(tmp_path, sliced(2))
    counts = count_events(scraped(MINUTES), slo, 480.0, 480.0)
    assert (counts.bad, counts.total) == (1, 4)


def test_a_window_in_which_no_slice_ends_counts_none_and_is_not_absent(tmp_path):
    (slo,) = load(tmp_path, sliced("5m"))
    counts = count_events(scraped(MINUTES), slo, 60.0, 420.0)
    assert (counts.bad, counts.total) == (0, 0)


def good_slo(tmp_path) -> Slo:
    content = sliced()
    parts = {"good": metric("sum(increase(good_total[$window]))"), "total": metric(TOTAL)}
    content["spec"]["indicator"] = {"spec": {"ratioMetric": {"counter": True, **parts}}}
    (slo,) = load(tmp_path, content)
    return slo


def test_slices_of_failures_alone_are_bad_however_few_they_are(tmp_path):
    """Eight requests a minute, no success ever: a new release that fails, at night."""
    querier = scraped([(8, 8)] * 10)
    counts = count_events(querier, good_slo(tmp_path), 600.0, 600.0)
    assert (counts.bad, counts.total) == (10, 10)


def test_slices_that_cannot_be_judged_are_none(tmp_path):
    """Of a bucket that is absent nobody knows how many were slow."""
    bucket = "sum(increase(took_bucket[$window]))"
    sli = Sli(SliKind.LATENCY, f"{TOTAL} - {bucket}", TOTAL, bucket=bucket)
    slo = Slo("web", "shop", 0.99, in_slices(sli, 60.0, 0.95))
    counts = count_events(scraped([(100, 100)] * 4), slo, 240.0, 240.0)
    assert (counts.bad, counts.total) == (None, 0)


def test_idle_slices_are_no_missing_data(tmp_path):
    (slo,) = load(tmp_path, sliced())
    counts = count_events(scraped([(0, 0)] * 8), slo, 300.0, 480.0)
    assert (counts.bad, counts.total, counts.error_ratio) == (0, 0, None)
    assert count_events(scraped([(100, 0)]), slo, 300.0, 4800.0).total is None


def test_slices_of_a_threshold_are_judged_by_their_evaluations(tmp_path):
    """In slices of three minutes, of which two must be good: 1 1 9 is good, 9 9 1 is bad."""
    content = sliced("3m", target=0.6, op="lte", value=5)
    content["spec"]["indicator"] = {"spec": {"thresholdMetric": metric("lag")}}
    (slo,) = load(tmp_path, content)
    store = MemoryStore()
    values = np.array([0, 1, 1, 9, 9, 9, 1], float)
    store.append_column(Labels({METRIC_NAME: "lag"}), np.arange(7) * 60_000, values)
    counts = count_events(EmbeddedQuerier(store), slo, 360.0, 360.0)
    assert (counts.bad, counts.total) == (1, 2)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    st.lists(st.tuples(st.sampled_from([0, 4, 20, 100]), st.integers(0, 4)), min_size=4, max_size=12),
    st.sampled_from([0.5, 0.9, 0.95, 1.0]),
)
def test_any_minutes_are_counted_as_by_hand(minutes, target):
    minutes = [(total, total * quarter // 4 if quarter < 4 else total // 20) for total, quarter in minutes]
    slo = Slo("web", "shop", 0.99, in_slices(COUNTERS, 60.0, target))
    seconds = 60.0 * len(minutes)
    counts = count_events(scraped(minutes), slo, seconds, seconds)
    busy = [(total, bad) for total, bad in minutes if total]
    assert counts.total == len(busy)
    assert counts.bad == sum((total - bad) / total < target - 1e-9 for total, bad in busy)


def findings(tmp_path, window: str, scrape_interval_seconds: float = 15.0) -> list[tuple[str, str]]:
    slos = load(tmp_path, sliced(window))
    found = check(slos, policies_of(slos), Known(pace=Pace(scrape_interval_seconds))).findings
    return [(f.rule, f.message) for f in found if "slice" in f.message]


def test_check_says_which_tiers_see_too_few_slices(tmp_path):
    (few,) = findings(tmp_path, "1m")
    expected = "web: tier fast cannot fire: it wants 10 bad slices of 1m, and its 5m hold fewer; "
    expected += "want fewer (min_bad_events), or look over a longer window"
    assert few == ("too-few-slices", expected)
    blind = [message for rule, message in findings(tmp_path, "10m") if rule == "blind-tier"]
    assert [message.split(" is blind")[0] for message in blind] == ["web: tier fast", "web: tier 1h"]


def test_check_says_that_a_slice_holds_one_scrape(tmp_path):
    assert "empty-slices" in [rule for rule, _ in findings(tmp_path, "1m", 60.0)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (sliced(0), "spec.objectives.0.timeSliceWindow: expected a duration"),
        (sliced(0.5), "spec.objectives.0.timeSliceWindow: expected a minute at least"),
        (
            sliced("30d"),
            "spec.objectives.0.timeSliceWindow: expected a minute at least, and less than the period",
        ),
        (sliced(target=1.1), "spec.objectives.0.timeSliceTarget: expected at most 1, found 1.1"),
        (
            put(sliced(), "spec.budgetingMethod", "Occurrences"),
            "timeSliceWindow with budgetingMethod: Timeslices only",
        ),
        (
            put(spec(), "spec.budgetingMethod", "Timeslices"),
            "expected timeSliceTarget and timeSliceWindow beside",
        ),
        (
            put(sliced("10m"), "metadata.annotations", {"fireline/in-flight": "busy"}),
            "timeSliceWindow: expected 5m at most, since fireline/in-flight tells hangs",
        ),
    ],
)
def test_what_slices_need_is_named(tmp_path, content, expected):
    with pytest.raises(SpecError) as error:
        load(tmp_path, content)
    assert expected in str(error.value)
