import pytest

from commerce_app.drill.document import chain_order, read_document
from commerce_app.drill.scenario import load_scenario

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


def test_only_some_links_keep_their_order():
    assert DOCUMENT.only({"alarm", "order_p99", "hit_rate"}).spell_order() == "hit_rate → order_p99 → alarm"


def unprotected_bounds(during):
    bounds = load_scenario("banner-spike").expects.unprotected.bounds
    return {bound.series: bound for bound in bounds if bound.during == during}


@pytest.mark.parametrize("name", DOCUMENT.series)
def test_the_banner_spike_is_judged_by_the_documents_peaks(name):
    peak, bound = DOCUMENT.series[name].peak, unprotected_bounds("fault")[name]
    # Of CPU there is no more than all of it.
    assert (bound.at_least, bound.at_most or 2 * peak) in {(peak / 2, 2 * peak), (0.9, 1.8)}


@pytest.mark.parametrize("name", [name for name, each in DOCUMENT.series.items() if each.before is not None])
def test_the_banner_spike_is_judged_by_the_documents_normal_day(name):
    assert unprotected_bounds("before")[name].holds(DOCUMENT.series[name].before)
