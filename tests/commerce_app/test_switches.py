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
