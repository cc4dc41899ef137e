"""A short drill on real servers, from its command to its figures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers


@pytest.fixture
def comparison(small_scenario, tmp_path):
    fireline = Path(sys.executable).parent / "fireline"
    command = [fireline, "drill", "run", small_scenario, "--protected", "--json", "--out", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((tmp_path / "out" / "comparison.json").read_text())
    return json.loads(done.stdout)


def test_a_drill_measures_what_it_lived_through(comparison):
    act = comparison["acts"]["protected"]
    assert set(act["steps"]) == {"banner", "redis-latency"}
    assert act["orders"]["offered"] > 10
    assert 0 < comparison["protected"]["served_ratio"] <= 1
    assert all(len(points) >= 8 for points in act["points"].values())
    assert {slo["name"] for slo in act["slos"]} == {"order-availability", "order-latency", "product-latency"}
    # In an act of seconds the windows of the least reach back to before it: neither bounds the other.
    assert 0 <= act["machine"]["least_idle_ratio"] < 1
    assert 0 <= act["machine"]["idle_ratio"] < 1
    assert comparison["policy"]["tiers"]
