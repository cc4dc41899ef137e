import pytest

from commerce_app.drill.line_cost import measure_lines, spell_cost
from commerce_app.faults.registry import parse_fault

pytestmark = pytest.mark.servers


def test_what_a_proxy_adds_is_measured_where_there_is_one(site, faults):
    slow = {"type": "latency", "target": "primary", "attributes": {"latency": 50}}
    faults.begin("slow", parse_fault(slow))
    added = measure_lines(site[1])
    assert set(added) == {"primary", "redis", "replica"}
    assert added["primary"] >= 0.04
    assert added["redis"] < 0.04


def test_the_cost_is_told_by_server():
    assert spell_cost({"redis": 0.00012, "primary": 0.0021}) == (
        "redis (+0.12 ms a round trip), primary (+2.10 ms a round trip)"
    )
    assert spell_cost({}) == "no server"
