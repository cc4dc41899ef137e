import pytest
from pydantic import ValidationError

from commerce_app.drill.expectations import Bound, Expectation, Expectations
from commerce_app.drill.judge import Ledger, begun_alike, judge_act
from commerce_app.drill.measure import SloResult
from commerce_app.drill.series import SERIES

RIGHT = Ledger({"stock": 0, "wallet": 0})
KEPT = SloResult("order-latency", 0.99, 0.002)
LOST = SloResult("order-latency", 0.99, 0.2)
UNKNOWN = SloResult("order-latency", 0.99, None)


def findings(expected, measured, ledger=RIGHT):
    return {each.what: each for each in judge_act(Expectation(**expected), measured, ledger, tie_seconds=10)}


@pytest.mark.parametrize(
    ("lost", "slo", "agrees"),
    [
        ("none", KEPT, True),
        ("none", LOST, False),
        ("none", UNKNOWN, False),
        (["order-latency"], LOST, True),
        (["order-latency"], KEPT, False),
        (["order-latency"], UNKNOWN, False),
    ],
)
def test_an_objective_is_lost_or_kept_as_foretold(lost, slo, agrees, act_record):
    assert findings({"lost": lost}, act_record(slos=[slo]))["order-latency"].agrees is agrees


def test_where_there_is_no_objective_none_is_kept(act_record):
    assert not findings({"lost": "none"}, act_record(slos=()))["objectives"].agrees


def test_an_objective_that_there_is_not_agrees_with_nothing(act_record):
    found = findings({"lost": ["no-such"]}, act_record())["no-such"]
    assert not found.agrees
    assert found.measured == "there are order-latency"


HITS = [(20.0, 0.1), (50.0, 0.6), (60.0, 0.4), (70.0, float("nan")), (110.0, 0.9)]


@pytest.mark.parametrize(
    ("bound", "measured", "agrees"),
    [
        ({"at_most": 0.5}, "40.00%", True),
        ({"at_most": 0.3}, "40.00%", False),
        ({"at_least": 0.5}, "40.00%", False),
        ({"at_least": 0.88, "during": "after"}, "90.00%", True),
        ({"at_least": 0.05, "at_most": 0.2, "during": "act"}, "10.00%", True),
        ({"at_least": 0.05, "at_most": 0.2, "during": "before"}, "10.00%", True),
        ({"at_least": 0.72, "during": "before"}, "10.00%", False),
    ],
)
def test_a_series_is_judged_by_its_worst_sample(bound, measured, agrees, act_record):
    bounds = [Bound(series="hit_rate", **bound)]
    found = findings({"lost": "none", "bounds": bounds}, act_record(series={"hit_rate": HITS}))
    one = next(each for what, each in found.items() if what.startswith("hit_rate"))
    assert (one.measured, one.agrees) == (measured, agrees)


def turning(seconds):
    """A series that is fine until so many seconds after the fault."""
    return [(at, 0.0 if at < 40 + seconds else 1.0) for at in range(0, 80, 5)]


@pytest.mark.parametrize(("cpu_seconds", "agrees"), [(20, True), (5, True), (0, False), (100, False)])
def test_series_turn_in_the_documents_order(cpu_seconds, agrees, act_record):
    series = {each.name: turning(30) for each in SERIES}
    series |= {"hit_rate": [(at, 1 - value) for at, value in turning(5)], "product_p95": turning(15)}
    record = act_record(series={**series, "replica_cpu": turning(cpu_seconds)})
    found = findings({"lost": "none", "document_order": True}, record)["order of onsets"]
    assert found.agrees is agrees
    assert found.wanted == "hit_rate → product_p95 → replica_cpu → order_p99, order_errors"
    assert found.measured.startswith("hit_rate 5 s, product_p95 15 s, replica_cpu ")


def test_charges_and_claims_are_bounded_as_orders_are(act_record):
    bounds = [Bound(series="wallet_p99", at_most=0.5), Bound(series="coupon_errors", at_most=0.01)]
    record = act_record(series={"wallet_p99": [(50, 0.7)], "coupon_errors": [(50, 0.0)]})
    found = findings({"lost": "none", "bounds": bounds}, record)
    assert found["wallet_p99 (fault)"].measured == "700 ms"
    assert found["coupon_errors (fault)"].agrees


def test_what_was_not_measured_is_within_no_bound(act_record):
    bounds = [Bound(series="order_p99", at_most=9), Bound(customers="twice", at_most=9)]
    found = findings({"lost": "none", "bounds": bounds}, act_record(series={"order_p99": []}))
    assert not found["order_p99 (fault)"].agrees
    assert found["twice (fault)"].measured == "not measured"


def test_a_figure_of_the_customers_is_k6s(act_record):
    metrics = {"twice": {"type": "counter", "values": {"count": 3}}}
    bounds = [Bound(customers="twice", at_least=2)]
    assert findings({"lost": "none", "bounds": bounds}, act_record(metrics=metrics))["twice (fault)"].agrees


@pytest.mark.parametrize(("placed", "refused", "agrees"), [(95, 0, True), (94, 0, False), (90, 10, False)])
def test_only_orders_that_were_placed_count(placed, refused, agrees, act_record):
    found = findings({"lost": "none", "served_at_least": 0.95}, act_record(placed=placed, refused=refused))
    assert found["orders placed"].agrees is agrees


@pytest.mark.parametrize(("pages", "agrees"), [((1000, 950), True), ((1000, 949), False), ((0, 0), False)])
def test_pages_that_were_turned_away_are_not_served(pages, agrees, act_record):
    found = findings({"lost": "none", "pages_served_at_least": 0.95}, act_record(pages=pages))
    assert found["pages served"].agrees is agrees


@pytest.mark.parametrize(
    ("wanted", "page_at", "agrees"),
    [(True, 60.0, True), (True, None, False), (False, 60.0, False), (False, None, True)],
)
def test_somebody_is_paged_or_nobody(wanted, page_at, agrees, act_record):
    assert findings({"lost": "none", "paged": wanted}, act_record(page_at=page_at))["paged"].agrees is agrees


@pytest.mark.parametrize(
    ("opening", "agrees"),
    [({"stock": 7, "coupons": 3}, True), ({"stock": 7, "coupons": 0}, False), ({}, False)],
)
def test_both_acts_begin_with_the_same_books(opening, agrees, act_record):
    assert begun_alike(act_record(), act_record(opening=opening)).agrees is agrees


def test_books_that_nobody_opened_are_not_alike(act_record):
    assert not begun_alike(act_record(opening={}), act_record(opening={})).agrees


@pytest.mark.parametrize(
    ("violations", "agrees"), [({"stock": 0}, True), ({"stock": 0, "wallet": 2}, False), ({}, False)]
)
def test_the_books_are_right_only_if_they_were_looked_at(violations, agrees, act_record):
    assert findings({"lost": "none"}, act_record(), Ledger(violations))["invariants"].agrees is agrees


def test_a_protected_act_keeps_every_objective():
    with pytest.raises(ValidationError, match=r"protected\.lost: expected none"):
        Expectations(cause="x", unprotected={"lost": []}, protected={"lost": []})


@pytest.mark.parametrize(
    "wrong",
    [
        {"at_most": 1},
        {"series": "hit_rate"},
        {"series": "hit_rate", "customers": "late", "at_most": 1},
        {"series": "no_such", "at_most": 1},
    ],
)
def test_a_bound_is_of_one_figure_and_bounds_it(wrong):
    with pytest.raises(ValidationError):
        Bound(**wrong)
