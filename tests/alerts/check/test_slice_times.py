"""What check says of time slices, against the compiled rules in the real engine."""

from dataclasses import replace

import numpy as np
import pytest

from alerts.check.analysis import Known, check
from alerts.check.rates import Traffic
from alerts.check.tiers import TierCheck, check_tiers
from alerts.policy import Policy, load_policy
from tests.alerts.check.simulation import World, detected, lives

TIERS = {tier.name: tier for tier in load_policy("default").tiers}
RATIOS = (1.0, 0.1)


def drawn(seed: int) -> World:
    rng = np.random.default_rng(seed)
    tier, seconds = TIERS[str(rng.choice(["1h", "6h", "1d"]))], float(rng.choice([60, 120, 300, 600]))
    return World(
        tier,
        float(rng.choice([0.9, 0.95, 0.99, 0.999])),
        float(rng.choice(RATIOS)),
        100.0,
        phase=rng.uniform(0, 15),
        onset=rng.uniform(0, 600),
        whole=False,
        slices=(seconds, float(rng.choice([0.8, 0.95, 0.99]))),
    )


def checked(world: World) -> TierCheck:
    (found,) = check_tiers(world.slo, [world.tier], world.pace)
    return found


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_forty_random_cases_fire_when_check_says(first):
    for world in map(drawn, range(first, first + 10)):
        said, found = checked(world), detected(world, 1.2 * world.tier.long_seconds)
        predicted = said.detect_seconds[world.error_ratio]
        if predicted is None or found is None:
            assert predicted is found, world
        else:
            assert abs(found - predicted) <= said.give_or_take_seconds, world


def test_the_random_cases_fire_mostly():
    fire = [checked(world).detect_seconds[world.error_ratio] is not None for world in map(drawn, range(40))]
    assert 0.4 < np.mean(fire) < 0.95


@pytest.mark.parametrize(("name", "seconds"), [("1h", 60.0), ("6h", 60.0), ("1h", 600.0)])
@pytest.mark.parametrize("onset", [10.0, 95.0, 205.0, 550.0])
def test_outages_reset_when_check_says(name, seconds, onset):
    tier = TIERS[name]
    world = World(tier, 0.99, 1.0, 50.0, phase=4, onset=onset, whole=False, slices=(seconds, 0.95))
    world = replace(world, lasts_seconds=tier.long_seconds)
    said, after = checked(world), onset + tier.long_seconds
    *_, life = lives(world, after + 1.3 * tier.short_seconds + 600)
    assert abs(life.resolved_at - world.start - after - said.reset_seconds) <= said.give_or_take_seconds


@pytest.mark.parametrize("name", ["1h", "6h"])
def test_the_shortest_outage_that_fires_is_not_shorter_than_said(name):
    world = World(TIERS[name], 0.99, 1.0, 50.0, whole=False, slices=(60.0, 0.95))
    shortest = checked(world).silent_outage_seconds
    for onset in np.arange(60, 120, 7.5).tolist():
        short = replace(world, onset=onset, lasts_seconds=shortest - 15)
        assert not lives(short, onset + shortest + 300)


def test_a_tier_that_wants_more_slices_than_there_are_cannot_fire():
    world = World(TIERS["fast"], 0.99, 1.0, 100.0, whole=False, slices=(60.0, 0.95))
    said = checked(world)
    assert (said.can_fire, said.detect_seconds[1.0], said.reset_seconds) == (False, None, None)
    assert detected(world, 1800) is None


def test_errors_that_a_slice_may_have_fire_nothing():
    world = World(TIERS["1h"], 0.99, 0.04, 100.0, whole=False, slices=(60.0, 0.95))
    assert checked(world).to_json()["start_ratio"] == 0.05
    assert detected(world, 3600) is None
    assert detected(replace(world, error_ratio=0.06), 3600) is not None


def test_traffic_is_told_in_slices():
    slo = World(TIERS["1h"], 0.99, 1.0, 100.0, slices=(60.0, 0.95)).slo
    policies = {"default": Policy("p", (TIERS["1h"],))}
    busy = check([slo], policies, Known(traffic=Traffic(100.0, {})))
    (tier,) = busy.to_json()["tiers"]
    assert (tier["traffic"]["per_second"], tier["traffic"]["bad_events_needed"]) == (round(1 / 60, 6), 9)
    assert tier["detect_seconds"] == check([slo], policies).to_json()["tiers"][0]["detect_seconds"]
    assert {one.rule for one in busy.findings} == {one.rule for one in check([slo], policies).findings}
    (rare,) = check([slo], policies, Known(traffic=Traffic(0.001, {}))).to_json()["tiers"]
    assert rare["traffic"]["bad_events_needed"] == 1
