import pytest

from commerce_app.switches import Flip, Switch, Switches


def test_only_changes_are_flips():
    switches = Switches([Switch.LOCAL_TIER])
    flips = switches.set({Switch.LOCAL_TIER: True, Switch.SINGLE_FLIGHT: True})
    assert flips == [Flip(Switch.SINGLE_FLIGHT, enabled=True)]


def test_observers_see_each_flip():
    switches, seen = Switches([Switch.LOCAL_TIER]), []
    switches.observe(seen.append)
    switches.set({Switch.LOCAL_TIER: False, Switch.EARLY_REFRESH: True})
    assert seen == [Flip(Switch.LOCAL_TIER, enabled=False), Flip(Switch.EARLY_REFRESH, enabled=True)]


def test_states_name_every_switch():
    states = Switches([Switch.LOCAL_TIER]).states()
    assert states.pop("local_tier") is True
    assert set(states.values()) == {False}
    assert len(states) == len(Switch) - 1


def test_every_switch_says_what_it_does():
    assert all(switch.description for switch in Switch)


def test_all_that_is_flipped_together_has_changed_before_anybody_is_told():
    switches, seen = Switches([Switch.LOCAL_TIER]), []
    switches.observe(lambda _flip: seen.append(switches.states()))
    switches.set({Switch.LOCAL_TIER: False, Switch.EARLY_REFRESH: True})
    assert [(states["local_tier"], states["early_refresh"]) for states in seen] == [(False, True)] * 2


def test_an_observer_that_fails_leaves_no_half_of_a_flip():
    switches = Switches()
    switches.observe(lambda _flip: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        switches.set({Switch.LOCAL_TIER: True, Switch.EARLY_REFRESH: True})
    assert switches.on(Switch.LOCAL_TIER)
    assert switches.on(Switch.EARLY_REFRESH)
