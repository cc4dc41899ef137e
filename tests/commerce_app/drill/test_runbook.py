import pytest

from commerce_app.drill.runbook import RECOVERED, Seen, due
from commerce_app.drill.scenario import load_scenario

SCENARIO = load_scenario("banner-spike")
FAULT = SCENARIO.fault_step
FIRST, SECOND = SCENARIO.runbook


def at(seconds, act="late", seen=Seen(), done=()):  # noqa: B008 - frozen
    found = due(SCENARIO, SCENARIO.acts[act], seen, frozenset(done), seconds)
    return [step.name for step in (*found.steps, *found.runbook)], found.ended


def test_faults_come_at_their_time_and_once():
    assert at(FAULT.at_seconds - 0.1, done=["banner"])[0] == []
    assert at(FAULT.at_seconds, done=["banner"])[0] == [FAULT.name]
    assert at(FAULT.at_seconds + 1, done=["banner", FAULT.name])[0] == []


@pytest.mark.parametrize(
    ("act", "seen", "acts"),
    [
        ("late", Seen(alarm_seconds=200.0), True),
        ("late", Seen(page_seconds=60.0), False),
        ("early", Seen(page_seconds=60.0), True),
        ("early", Seen(alarm_seconds=60.0), False),
        ("protected", Seen(alarm_seconds=60.0, page_seconds=60.0), False),
    ],
)
def test_each_act_waits_for_its_own_trigger(act, seen, acts):
    done = [step.name for step in SCENARIO.steps]
    assert (FIRST.name in at(250.0, act, seen, done)[0]) is acts


def test_mitigations_follow_their_trigger_in_steps():
    seen, done = Seen(page_seconds=60.0), ["banner", FAULT.name]
    assert at(60.0 + FIRST.after_seconds, "early", seen, done)[0] == [FIRST.name]
    assert at(60.0 + SECOND.after_seconds, "early", seen, [*done, FIRST.name])[0] == [SECOND.name]


def test_a_fault_heals_after_its_time_or_with_the_act_and_only_while_it_is_in_force():
    step = FAULT.model_copy(update={"for_seconds": 20.0})
    brief = SCENARIO.model_copy(update={"steps": (step,)})
    early, protected = brief.acts["early"], brief.acts["protected"]

    def healed(seconds, in_force=(FAULT.name,), act=early, scenario=brief):
        done, forced = frozenset([FAULT.name]), frozenset(in_force)
        found = due(scenario, act, Seen(), done, seconds, in_force=forced).heals
        return [each.name for each in found]

    assert healed(FAULT.at_seconds + 19) == []
    assert healed(FAULT.at_seconds + 20) == [FAULT.name]
    assert healed(FAULT.at_seconds + 20, in_force=()) == []
    assert healed(protected.heal_seconds, act=protected, scenario=SCENARIO) == [FAULT.name]
    assert healed(250, scenario=SCENARIO) == []


def test_an_act_ends_when_recovery_had_its_time():
    seen = Seen(page_seconds=60.0)
    over = 60.0 + SECOND.after_seconds + SCENARIO.recovery_seconds
    assert at(over - 1, "early", seen)[1] is None
    assert at(over, "early", seen)[1] == RECOVERED


def test_an_act_whose_trigger_never_comes_ends_at_its_limit():
    assert at(SCENARIO.limit_seconds - 1)[1] is None
    assert at(SCENARIO.limit_seconds)[1] == "its longest time is over"


def test_a_late_alarm_leaves_time_to_recover_within_five_minutes():
    alarm_wait_seconds = 180
    longest = FAULT.at_seconds + alarm_wait_seconds + SECOND.after_seconds + SCENARIO.recovery_seconds
    assert longest + 20 <= 300
