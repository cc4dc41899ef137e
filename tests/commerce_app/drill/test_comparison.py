import pytest

from commerce_app.drill.comparison import chain_order, directions_agree, protected_verdict, read_document
from commerce_app.drill.measure import SloResult
from commerce_app.drill.onsets import Course
from commerce_app.drill.series import SERIES

DOCUMENT = read_document()
IN_ORDER = {
    "hit_rate": 5.0,
    "product_p95": 8.0,
    "replica_cpu": 10.0,
    "order_errors": 20.0,
    "order_p99": 15.0,
    "alarm": 200.0,
    "mitigation": 203.0,
    "recovery": 225.0,
}


def measured(before, peak, after):
    return Course(before, peak, after, None, None, None)


def test_the_document_has_figures_for_what_is_measured():
    assert set(DOCUMENT.series) == {each.name for each in SERIES}
    for each in SERIES:
        assert (DOCUMENT.series[each.name].trouble == "rises") is each.rises


@pytest.mark.parametrize(
    ("course", "agrees"),
    [
        (measured(0.8, 0.3, 0.9), True),
        (measured(0.8, 0.9, 0.8), False),
        (measured(0.8, 0.3, 0.2), False),
        (measured(None, 0.3, 0.9), False),
    ],
)
def test_directions_are_into_trouble_and_out_again(course, agrees):
    assert directions_agree(DOCUMENT.series["hit_rate"], course) is agrees


def test_links_of_one_line_come_in_any_order():
    assert chain_order(DOCUMENT, IN_ORDER, tie_seconds=0)["agrees"]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"hit_rate": 14.0}, []),
        ({"hit_rate": 25.0}, ["product_p95", "replica_cpu", "order_p99"]),
        ({"alarm": None}, ["alarm"]),
        ({"recovery": 100.0}, ["recovery"]),
    ],
)
def test_a_link_too_early_for_its_place_is_named(change, wrong):
    assert chain_order(DOCUMENT, {**IN_ORDER, **change}, tie_seconds=6)["misplaced"] == wrong


@pytest.mark.parametrize(
    ("act", "held"),
    [
        ({"placed": 95}, True),
        ({"placed": 94, "refused": 6}, False),
        ({"page_at": 1.0}, False),
        ({"slos": (SloResult("order-latency", 0.99, 0.2),)}, False),
        ({"slos": ()}, False),
    ],
)
def test_protected_holds_when_served_kept_and_quiet(act, held, act_record):
    assert protected_verdict(act_record(**act))["held"] is held
