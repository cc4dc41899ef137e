import json

import pytest

from commerce_app.drill.customers import LoadSummary, load_plan, read_summary
from commerce_app.drill.scenario import load_scenario


def counter(count):
    return {"values": {"count": count}}


def test_an_order_that_nobody_was_free_to_send_was_offered_too():
    metrics = {
        "orders_offered": counter(100),
        "dropped_iterations{scenario:order}": counter(7),
        "orders_placed": counter(80),
        "orders_refused": counter(2),
    }
    found = read_summary(metrics)
    assert (found.orders_offered, found.orders_failed) == (107, 25)


def test_counters_that_never_counted_are_zero():
    assert read_summary({}) == LoadSummary(0, 0, 0, {})


def test_the_plan_is_json_that_the_script_reads():
    plan = json.loads(json.dumps(load_plan(load_scenario("banner-spike"), "http://127.0.0.1:1")))
    assert plan["base_url"] == "http://127.0.0.1:1"
    assert [stage["rps"] for stage in plan["stages"]] == [68, 272]
    assert sum(plan["mix"].values()) == pytest.approx(1)
