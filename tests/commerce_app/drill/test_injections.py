import pytest

from commerce_app.drill.injections import Injections
from commerce_app.drill.scenario import Step

LAG = {"type": "replica_replay_paused"}
FLUSH = {"type": "cache_flushed"}


class FakeFaults:
    def __init__(self):
        self.names = ()

    def begin(self, name, fault):
        if not fault.is_instant:
            self.names = (*self.names, name)

    def heal(self, name):
        self.names = tuple(each for each in self.names if each != name)


def step(name, fault):
    return Step(name=name, at_seconds=1, text={"en": name, "ko": f"{name}-ko"}, fault=fault)


@pytest.fixture
def told():
    return []


@pytest.fixture
def injections(told):
    def post(kind, text, at, *, service, attributes):
        told.append((kind, text.en, text.ko, at, service, attributes))

    return Injections(FakeFaults(), post, lambda: 9.0)


def test_beginning_and_healing_are_told_apart_as_faults(injections, told):
    lag = step("lag", LAG)
    injections.begin(lag, lag.fault, 5.0)
    injections.heal(lag, lag.fault)
    about = {"step": "lag", "fault": "replica_replay_paused"}
    assert told == [
        ("fault", "lag", "lag-ko", 5.0, "replica", {**about, "phase": "begun"}),
        ("fault", "Over: lag", "해소: lag-ko", 9.0, "replica", {**about, "phase": "healed"}),
    ]


def test_all_is_healed_when_the_last_one_is(injections):
    one, two = step("one", LAG), step("two", LAG)
    for each in (one, two):
        injections.begin(each, each.fault, 5.0)
    assert injections.in_force == {"one", "two"}
    injections.heal(one, one.fault)
    assert (injections.in_force, injections.healed_at) == ({"two"}, None)
    injections.heal(two, two.fault)
    assert injections.healed_at == 9.0
    injections.begin(one, one.fault, 12.0)
    assert injections.healed_at is None


def test_what_is_over_at_once_is_never_in_force(injections):
    flush = step("flush", FLUSH)
    injections.begin(flush, flush.fault, 5.0)
    assert (injections.in_force, injections.healed_at) == (frozenset(), None)
