import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_app.drill.history import openmetrics, requests_since, sample_times, share_under
from commerce_app.drill.scenario import NormalTraffic

DAY = 86_400.0
NORMAL = NormalTraffic(
    method="GET",
    route="/products/{product_id}",
    status=200,
    per_second=50,
    median_seconds=0.01,
    p95_seconds=0.05,
)


def test_times_reach_from_thirty_days_ago_to_the_end():
    times = sample_times(end=1e9)
    assert (times[0], times[-1]) == (1e9 - 30 * DAY, 1e9)
    assert times == sorted(times)
    assert max(b - a for a, b in itertools.pairwise(times)) == 3600
    assert times[-1] - times[-2] == 15


@given(st.floats(0, 30 * DAY), st.floats(0, DAY))
def test_requests_never_fall_and_average_their_rate(start, later):
    assert requests_since(start, start + later, 50) >= 0
    assert requests_since(start, start + DAY, 50) == pytest.approx(50 * DAY)


def test_latencies_have_their_median_and_p95():
    assert share_under(0.01, NORMAL) == pytest.approx(0.5)
    assert share_under(0.05, NORMAL) == pytest.approx(0.95)


def test_every_series_says_that_it_is_made_up_and_never_falls():
    *comments, end = (line for line in openmetrics([NORMAL], 1e9) if line.startswith("#"))
    samples = [line.split() for line in openmetrics([NORMAL], 1e9) if not line.startswith("#")]
    assert comments[0] == "# TYPE http_server_request_duration_seconds histogram\n"
    assert end == "# EOF\n"
    assert all('origin="synthetic_history"' in series for series, _, _ in samples)
    for name in {series for series, _, _ in samples}:
        values = [float(value) for series, value, _ in samples if series == name]
        assert values == sorted(values)


def test_the_counts_are_the_rate_over_thirty_days():
    counts = [line.split()[1] for line in openmetrics([NORMAL], 1e9) if "_count{" in line]
    assert float(counts[-1]) == pytest.approx(50 * 30 * DAY, rel=1e-3)
