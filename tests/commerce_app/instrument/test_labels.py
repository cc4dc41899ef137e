import pytest
from prometheus_client import CollectorRegistry, generate_latest

from commerce_app.errors import ErrorType
from commerce_app.instrument.labels import RememberingCounter, RememberingGauge, RememberingHistogram

KINDS = (RememberingCounter, RememberingGauge, RememberingHistogram)


def made(kind):
    return kind("asked", "Asked.", ("route", "error_type"), registry=CollectorRegistry())


@pytest.mark.parametrize("kind", KINDS)
def test_a_label_set_is_found_again(kind):
    instrument = made(kind)
    first = instrument.labels("/orders", "timeout")
    assert instrument.labels("/orders", "timeout") is first
    assert instrument.labels("/orders", ErrorType.TIMEOUT) is first
    assert instrument.labels(route="/orders", error_type="timeout") is first
    assert instrument.labels("/orders", "") is not first


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_number_of_labels_is_refused_each_time(kind):
    instrument = made(kind)
    for _ in range(2):
        with pytest.raises(ValueError, match="Incorrect label count"):
            instrument.labels("/orders")


def test_what_is_counted_is_exposed():
    registry = CollectorRegistry()
    counter = RememberingCounter("asked_total", "Asked.", ("route",), registry=registry)
    for _ in range(3):
        counter.labels("/orders").inc()
    assert b'asked_total{route="/orders"} 3.0' in generate_latest(registry)
