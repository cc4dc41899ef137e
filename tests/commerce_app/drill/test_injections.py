import pytest

from commerce_app.drill.injections import Injections
from commerce_app.drill.scenario import Step
from commerce_app.faults.errors import FaultError

LAG = {"type": "replica_replay_paused"}
FLUSH = {"type": "cache_flushed"}


class FakeFaults:
    def __init__(self):
        self.names = ()
        self.stuck = False

    def begin(self, name, fault):
        if not fault.is_instant:
            self.names = (*self.names, name)

    def heal(self, name):
        if self.stuck:
            raise FaultError("it is stuck")
        self.names = tuple(each for each in self.names if each != name)

    def heal_all(self):
        left = [f"{name}: not healed: it is stuck" for name in self.names]
        self.names = ()
        return left


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


def test_what_does_not_heal_is_said_once_and_never_told_as_healed(told):
    faults = FakeFaults()
    injections = Injections(faults, lambda *_, **what: told.append(what["attributes"]["phase"]), lambda: 9.0)
    lag = step("lag", LAG)
    injections.begin(lag, lag.fault, 5.0)
    faults.stuck = True
    injections.heal(lag, lag.fault)
    injections.heal_rest()
    assert injections.unhealed == ["lag: not healed: it is stuck"]
    assert (injections.healed_at, told) == (None, ["begun"])
