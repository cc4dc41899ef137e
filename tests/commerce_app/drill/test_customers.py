import json

import pytest

from commerce_app.drill.customers import LoadSummary, load_plan, read_summary
from commerce_app.drill.offer import Stage
from commerce_app.drill.scenario import load_scenario

SCENARIO = load_scenario("banner-spike")


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


def test_a_page_that_nobody_was_free_to_ask_for_was_offered_too():
    dropped = {
        f"dropped_iterations{{scenario:{kind}}}": counter(5) for kind in ("detail", "hot", "popular", "order")
    }
    found = read_summary({"pages_offered": counter(85), "pages_served": counter(80), **dropped})
    assert found.pages_served_ratio == 0.8


def test_counters_that_never_counted_are_zero():
    assert read_summary({}) == LoadSummary(0, 0, 0, 0, 0, {})


def test_the_plan_is_json_that_the_script_reads():
    plan = json.loads(json.dumps(load_plan(SCENARIO, SCENARIO.acts["late"], "http://127.0.0.1:1")))
    assert plan["base_url"] == "http://127.0.0.1:1"
    assert [stage["rps"] for stage in plan["stages"]] == [24, 12, 48]
    assert sum(plan["mix"].values()) == pytest.approx(1)


def test_an_act_may_have_a_load_of_its_own():
    act = SCENARIO.acts["late"].model_copy(update={"stages": (Stage(rps=7, hold_seconds=3),)})
    assert [stage["rps"] for stage in load_plan(SCENARIO, act, "http://127.0.0.1:1")["stages"]] == [7]


@pytest.mark.parametrize(("name", "figure"), [("late", 0.25), ("retries", 12), ("no_such", None)])
def test_a_figure_is_a_share_or_a_count(name, figure):
    metrics = {
        "late": {"type": "rate", "values": {"rate": 0.25, "passes": 1}},
        "retries": {"type": "counter", "values": {"count": 12}},
    }
    assert read_summary(metrics).figure(name) == figure
