import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_app.faults.proxy.kind import Close, Forward, Piece, Reset, Swallow
from commerce_app.faults.proxy.toxics import Toxic, ToxicError, decide, parse_toxic

LATENCY = {"type": "latency", "attributes": {"latency": 400, "jitter": 200}}


PIECE = Piece(at=10.0, size_bytes=2_000, previous_at=0.0)


def decided(*bodies, piece=PIECE):
    return decide([parse_toxic(body) for body in bodies], piece, random.Random(1))


def test_without_toxics_data_go_at_once():
    assert decided() == Forward(10.0)


def test_data_never_overtake_what_came_before():
    assert decided(piece=Piece(10.0, 1, previous_at=10.4)) == Forward(10.4)


@given(st.integers(), st.floats(0, 1e6), st.floats(0, 1e6))
def test_latency_stays_within_its_jitter_and_in_order(seed, at, previous_at):
    decision = decide([parse_toxic(LATENCY)], Piece(at, 1, previous_at), random.Random(seed))
    assert max(previous_at, at + 0.2 - 1e-6) <= decision.at <= max(previous_at, at + 0.6 + 1e-6)


def test_bandwidth_takes_time_by_size():
    assert decided({"type": "bandwidth", "attributes": {"rate": 1}}) == Forward(12.0)


def test_latencies_add_up():
    hundred = {"type": "latency", "attributes": {"latency": 100}}
    assert decided({**hundred, "name": "a"}, {**hundred, "name": "b"}) == Forward(pytest.approx(10.2))


@pytest.mark.parametrize(
    ("body", "decision"),
    [
        ({"type": "timeout"}, Swallow()),
        ({"type": "timeout", "attributes": {"timeout": 500}}, Swallow()),
        ({"type": "limit_data", "attributes": {"bytes": 1500}}, Close(10.0, 1500)),
        ({"type": "reset_peer"}, Reset(10.0)),
    ],
)
def test_what_breaks_ends_the_chain(body, decision):
    assert decided(body, LATENCY) == decision


def test_a_limit_counts_what_passed_under_it():
    toxic = parse_toxic({"type": "limit_data", "name": "cut", "attributes": {"bytes": 5000}})
    chance = random.Random(1)
    assert decide([toxic], PIECE, chance, {"cut": 2_000}) == Forward(10.0)
    assert decide([toxic], PIECE, chance, {"cut": 3_500}) == Close(10.0, 1_500)
    assert decide([toxic], PIECE, chance, {"cut": 9_000}) == Close(10.0, 0)


def test_toxicity_is_a_share_of_connections_and_keeps_to_them():
    toxic = parse_toxic({**LATENCY, "toxicity": 0.3})
    touched = [toxic.touches(number) for number in range(2_000)]
    assert sum(touched) == pytest.approx(600, abs=60)
    assert touched == [toxic.touches(number) for number in range(2_000)]


def test_reads_and_writes_toxiproxys_json():
    toxic = parse_toxic({**LATENCY, "stream": "upstream"})
    assert isinstance(toxic, Toxic)
    assert toxic.as_json() == {
        "name": "latency_upstream",
        "type": "latency",
        "stream": "upstream",
        "toxicity": 1.0,
        "attributes": {"latency": 400.0, "jitter": 200.0},
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"type": "slow"},
            "type: expected one of bandwidth, latency, .*, slow_close, timeout, got 'slow'",
        ),
        ({"stream": "up"}, "stream: expected upstream or downstream"),
        ({"toxicity": 2}, "toxicity: expected a number from 0 to 1"),
        ({"attributes": {"delay": 1}}, "attributes.delay: expected one of jitter, latency"),
        ({"attributes": {"latency": -1}}, r"attributes.latency: expected a number from 0 to 1e\+12"),
        ({"attributes": {"latency": 10**400}}, r"attributes.latency: expected a number from 0 to 1e\+12"),
        ({"attributes": 5}, "attributes: expected an object, got 5"),
        ({"type": []}, r"type: expected one of .*, got \[\]"),
        ({"type": {}}, "type: expected one of .*, got {}"),
        ({"name": [1]}, r"name: expected text, got \[1\]"),
        (
            {"attributes": {"latency": "1s"}},
            r"attributes.latency: expected a number from 0 to 1e\+12, got '1s'",
        ),
    ],
)
def test_a_wrong_toxic_names_its_key(change, message):
    with pytest.raises(ToxicError, match=message):
        parse_toxic({**LATENCY, **change})
