"""Which metrics of applications are taken for requests, by their names and labels alone."""

import pytest

from alerts.adopt.catalogue import load_catalogue
from alerts.adopt.shapes import shaped_families, unit_seconds
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from tests.alerts.adopt.conftest import AT, MemorySource


@pytest.fixture
def shaped():
    """The families and notes of series, given as names and labels."""

    def make(*series):
        store = MemoryStore()
        for name, labels in series:
            store.append(Labels({METRIC_NAME: name, "job": "app", **labels}), int(AT * 1000), 1.0)
        source = MemorySource(store)
        return shaped_families(source, load_catalogue(), frozenset(source.names(AT)), AT)

    return make


@pytest.mark.parametrize(
    ("name", "labels", "found"),
    [
        ("shop_requests_total", {"route": "/a", "status": "200"}, [("status", "route", "likely")]),
        (
            "x_requests_total",
            {"method": "GET", "endpoint": "/", "http_status": "500"},
            [("http_status", "endpoint", "likely")],
        ),
        ("x_http_responses_total", {"code": "5xx", "path": "/"}, [("code", "path", "likely")]),
        ("x_requests_total", {"code": "200"}, [("code", "", "guess")]),
        ("x_requests_total", {"result": "error", "view": "home"}, [("result", "view", "guess")]),
        ("x_duration_seconds_count", {"code": "200", "path": "/"}, []),
        ("x_request_latency_seconds_count", {"code": "200", "path": "/"}, [("code", "path", "likely")]),
    ],
)
def test_labels_make_a_family(shaped, name, labels, found):
    families, _ = shaped((name, labels))
    assert [(one.status[0], "".join(one.route), one.confidence) for one in families] == found


@pytest.mark.parametrize(
    "name",
    [
        "stripe_client_requests_total",
        "db_requests_total",
        "page_cache_requests_total",
        "http_requests_total",  # the catalogue's
        "prometheus_http_requests_total",
        "x_jobs_total",
        "x_request_size_bytes_count",
    ],
)
def test_what_is_known_or_of_others_is_no_shape(shaped, name):
    assert shaped((name, {"code": "200", "path": "/"})) == ([], [])


def test_requests_without_a_status_are_told_why(shaped):
    families, (note,) = shaped(("x_requests_total", {"status": "active"}))
    assert families == []
    assert note.startswith("x_requests_total: counts requests, but no label of it holds statuses")


@pytest.mark.parametrize("errors", ["x_errors_total", "x_request_errors_total", "x_requests_failed_total"])
def test_a_counter_of_errors_stands_beside(shaped, errors):
    (family,), _ = shaped(("x_requests_total", {"route": "/"}), (errors, {}))
    assert (family.errors, family.route, family.confidence) == (errors, [], "guess")


def test_errors_with_the_same_route_keep_it(shaped):
    (family,), _ = shaped(("x_requests_total", {"route": "/"}), ("x_errors_total", {"route": "/"}))
    assert family.route == ["route"]


def test_errors_of_anything_are_not_of_the_requests(shaped):
    assert shaped(("requests_total", {"route": "/"}), ("errors_total", {"route": "/"}))[0] == []


@pytest.mark.parametrize(
    "gauge", ["x_requests_in_progress", "x_in_progress", "x_inflight_requests", "x_requests_in_flight"]
)
def test_requests_in_progress_are_found(shaped, gauge):
    (family,), _ = shaped(("x_requests_total", {"code": "200"}), (gauge, {}), ("y_in_progress", {}))
    assert family.in_flight == [gauge]


def test_a_histogram_of_no_known_unit_has_no_bounds(shaped):
    times = ("x_request_latency_count", {"code": "200"}), ("x_request_latency_bucket", {"le": "1"})
    assert [one.bucket for one in shaped(*times)[0]] == [""]


@pytest.mark.parametrize(
    ("metric", "seconds"),
    [("a_seconds_bucket", 1.0), ("a_ms", 0.001), ("a_milliseconds_bucket", 0.001), ("a_latency", None)],
)
def test_units_are_in_names(metric, seconds):
    assert unit_seconds(metric) == seconds
