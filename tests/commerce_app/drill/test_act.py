from types import SimpleNamespace

import pytest

from commerce_app.drill.act import UNHEALED, ActRun, act_moments, handed_over_at, main_incident
from commerce_app.drill.customers import LoadSummary
from commerce_app.drill.scenario import load_scenario
from commerce_app.faults.errors import FaultError

SCENARIO = load_scenario("banner-spike")


def incident(number, paged_at=None, detected_at=0.0, deliveries=()):
    return {"id": number, "paged_at": paged_at, "detected_at": detected_at, "deliveries": deliveries}


def delivery(occasion, sent_at):
    return {"occasion": occasion, "sent_at": sent_at}


@pytest.mark.parametrize(
    ("incidents", "main"),
    [
        ([], None),
        ([incident("2", detected_at=20), incident("1", detected_at=10)], "1"),
        ([incident("2", paged_at=30, detected_at=20), incident("1", detected_at=10)], "2"),
    ],
)
def test_the_incident_of_an_act_is_the_one_that_paged(incidents, main):
    assert main_incident(incidents) == main


def test_a_page_is_handed_over_when_a_notifier_took_it():
    tickets = incident("1", deliveries=[delivery("ticket", 5.0), delivery("page", None)])
    pages = incident("2", deliveries=[delivery("page", 9.0), delivery("page", 8.0)])
    assert handed_over_at([tickets]) is None
    assert handed_over_at([tickets, pages]) == 8.0


def test_moments_lie_between_the_steps():
    first = SCENARIO.runbook[0].name
    steps = {"banner": 1046.0, SCENARIO.fault_step.name: 1056.0, first: 1240.0}
    moments = act_moments(SCENARIO, 1000.0, 1290.0, steps)
    assert (moments.normal_start, moments.normal_end) == (1037.0, 1046.0)
    assert (moments.fault_at, moments.hurt_end) == (1056.0, 1240.0)
    assert (moments.after_start, moments.end) == (1275.0, 1290.0)


class StuckFaults:
    """One that begins and never heals."""

    def __init__(self):
        self.names = ()

    def begin(self, name, _fault):
        self.names = (name,)

    def heal(self, name):
        raise FaultError("no answer")

    def heal_all(self):
        return [f"{name}: not healed: no answer" for name in self.names]


class FakePlant:
    """Everything of an act but servers."""

    language = "en"

    def __init__(self):
        self.opening = {"stock": 1}
        self.faults = StuckFaults()
        self.fireline = SimpleNamespace(
            incidents=list, is_firing=lambda _: False, slos=list, post_event=lambda **_: None,
            points=lambda *_: [], value=lambda _: None,
        )  # fmt: skip

    def start_load(self):
        return SimpleNamespace(wait_for_begin=lambda: None)

    def stop_load(self, _load):
        return LoadSummary(10, 9, 0, 10, 9, {})

    def require_running(self):
        pass


class FakeClock:
    at = 1000.0

    def now(self):
        return self.at

    def pause(self, seconds):
        self.at += seconds


def test_an_act_whose_fault_does_not_heal_ends_there_and_keeps_what_was_measured():
    clock, silent = FakeClock(), SimpleNamespace(say=lambda _: None, tick=lambda *_: None)
    lag = load_scenario("replica-lag")
    record = ActRun(lag, "unprotected", FakePlant(), silent, now=clock.now, pause=clock.pause).run()
    assert (record.ended, record.load.orders_placed) == (UNHEALED, 9)
    assert record.unhealed == (f"{lag.fault_step.name}: not healed: no answer",)
    assert record.ended_at == 1000.0 + lag.fault_step.heals_at_seconds


def test_objectives_are_judged_from_when_the_shop_has_settled():
    clock, silent = FakeClock(), SimpleNamespace(say=lambda _: None, tick=lambda *_: None)
    lag, plant, asked = load_scenario("replica-lag"), FakePlant(), []
    slo = {"name": "orders", "objective": 0.99, "queries": {"bad": "bad[$window]", "total": "total[$window]"}}
    plant.fireline.slos = lambda: [slo]
    plant.fireline.value = asked.append
    ActRun(lag, "unprotected", plant, silent, now=clock.now, pause=clock.pause).run()
    seconds = lag.fault_step.heals_at_seconds - lag.measuring.settle_seconds
    assert [each for each in asked if each.startswith("total")] == [f"total[{seconds:.0f}s]"]
