"""The same change matters or does not, by what users felt and by how many they are."""

import pytest

from postmortem.causes.hurt import find_hurt
from postmortem.causes.kinds import find_parts
from postmortem.causes.knowledge import load_knowledge
from postmortem.causes.moves import observe
from postmortem.causes.sizes import narrow_traffic


def strengths(recording, moves):
    """By part and move, of what was seen at all."""
    told = recording(moves)
    hurt, known = find_hurt(told), load_knowledge()
    parts = find_parts(told.subjects, told.signals, known)
    return {(o.kind.part, o.move): o.strength for o in observe(told, hurt, parts, known) if o.strength}


@pytest.mark.parametrize(("waited", "is_seen"), [(0.1, True), (1.5, True), (5.0, False)])
def test_a_call_is_slow_by_what_users_waited_for(recording, waited, is_seen):
    found = strengths(recording, {"store_time": 0.08, "till_time": waited})
    assert (("store", "latency") in found) is is_seen


@pytest.mark.parametrize(("visits", "is_seen"), [(60.0, True), (4000.0, False)])
def test_errors_are_few_or_many_by_how_many_requests_there_are(recording, visits, is_seen):
    found = strengths(recording, {"writer_errors": 0.1, "visits": visits})
    assert (("writer", "errors") in found) is is_seen


def test_only_the_widest_traffic_tells_of_a_surge(recording):
    assert ("", "traffic+") not in strengths(recording, {"checkouts": 15.0})
    assert strengths(recording, {"visits": 300.0})["", "traffic+"] == 1.0


def test_what_is_left_out_is_traffic_alone(recording):
    told = recording({})
    parts = find_parts(told.subjects, told.signals, load_knowledge())
    assert narrow_traffic(told, find_hurt(told), parts) == {"checkouts"}


def test_one_sample_of_a_restart_is_enough(recording):
    assert strengths(recording, {"writer_restarts": 1.0})["writer", "restarts"] == 1.0


@pytest.mark.parametrize(("cpu", "strength"), [(0.36, 0.0), (1.0, 1.0)])
def test_processors_are_busy_by_how_much_of_what_was_left_is_gone(recording, cpu, strength):
    assert strengths(recording, {"reader_cpu": cpu}).get(("reader", "cpu+"), 0.0) == strength
