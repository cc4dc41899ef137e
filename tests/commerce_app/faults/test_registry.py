import re
from pathlib import Path

import pytest

from commerce_app.faults.fault import Fault
from commerce_app.faults.registry import FAULTS, parse_fault

DOCS = Path(__file__).parents[3] / "docs" / "drills.md"
LATENCY = {"type": "latency", "attributes": {"latency": 400, "jitter": 200}}


def documented() -> dict[str, tuple[str, ...]]:
    section = DOCS.read_text().split("## Faults")[1].split("what it does |\n")[1].split("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \|(.*?)\| (.*) \|$", section, re.MULTILINE)
    return {name: (*sorted(re.findall(r"`(\w+)`", keys)), effect) for name, keys, effect in rows}


def test_the_table_of_faults_is_the_registry():
    assert documented() == {
        name: (*sorted(set(fault.model_fields) - {"type"}), fault.effect) for name, fault in FAULTS.items()
    }


def test_a_fault_knows_whom_it_hits_and_who_needs_a_proxy():
    partition = parse_fault({"type": "partition", "target": "replica"})
    assert (partition.touches, partition.proxied) == (("replica",), ("replica",))
    frozen = parse_fault({"type": "process_frozen", "target": "shop"})
    assert (frozen.touches, frozen.proxied) == (("product",), ())


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_says_whom_it_hits(name):
    fault = FAULTS[name]
    assert hasattr(fault, "hits") or fault.touches is not Fault.touches


def test_a_black_hole_is_whole_without_attributes():
    assert parse_fault({"type": "timeout"}).attributes == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("latency", "expected a mapping with `type`, got 'latency'"),
        ({"kind": "latency"}, "type: expected one of bandwidth, cache_flushed, .*, got None"),
        ({"type": "nothing"}, "type: expected one of .*, got 'nothing'"),
        ({**LATENCY, "attributes": {"delay": 1}}, "attributes.delay: expected one of jitter, latency"),
        ({"type": "latency"}, "attributes: expected latency, jitter: without them latency does nothing"),
        ({**LATENCY, "toxicity": 2}, "toxicity: expected a number from 0 to 1"),
        ({**LATENCY, "target": "disk"}, "target: Input should be 'redis', 'primary' or 'replica'"),
        ({"type": "replica_replay_delayed"}, "delay_seconds: Field required"),
        ({"type": "replica_replay_delayed", "delay_seconds": 0}, "delay_seconds: Input should be greater"),
        ({"type": "primary_restarted", "mode": "immediate"}, "mode: Extra inputs are not permitted"),
        ({"type": "switches_flipped", "switches": {"no": True}}, "switches: no: expected a switch: "),
    ],
)
def test_a_wrong_fault_names_its_key(content, message):
    with pytest.raises(ValueError, match=message):
        parse_fault(content)
