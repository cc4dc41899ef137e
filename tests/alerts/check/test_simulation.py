"""The closed form against the compiled rules in the real engine."""

from dataclasses import replace

import numpy as np
import pytest

from alerts.burnrate import (
    detection_seconds,
    firing_ratio,
    firing_ratio_at,
    give_or_take_seconds,
    reset_seconds,
)
from alerts.check.analysis import check
from alerts.check.tiers import Pace
from alerts.policy import Tier, load_policy
from tests.alerts.check.simulation import World, detected, detected_live, lives, slo_of

TIERS = load_policy("default").tiers
CASES, AT_ONCE = 200, 25
NEAR = 1.03  # at a ratio nearer to the limit the tier fires, but nobody can say when


def predicted(world: World) -> float | None:
    return detection_seconds(
        world.tier, world.slo, world.error_ratio, world.sampling, world.per_second if world.whole else None
    )


def horizon(world: World) -> float:
    seconds, slack = predicted(world), 10 * world.sampling.evaluation_seconds
    return slack + (
        1.3 * world.tier.long_seconds if seconds is None else min(1.3 * seconds, 2 * world.tier.long_seconds)
    )


def drawn(seed: int, *, near_ties: bool = False) -> World:
    """A random tier, objective, error ratio and traffic, and phases that check cannot know.

    near_ties: also where it depends on the phase whether one bad event more is needed.
    """
    rng = np.random.default_rng(seed)
    while True:
        per_second, objective = 10 ** rng.uniform(-1.5, 3), round(1 - 10 ** rng.uniform(-3.3, -0.7), 5)
        tier = TIERS[rng.integers(len(TIERS))]
        limit = firing_ratio_at(tier, slo_of(objective), per_second, Pace().sampling(tier.severity)) or 1.0
        world = World(
            tier=tier,
            objective=objective,
            error_ratio=min(
                1.0, 10 ** rng.uniform(-2.5, 0) if rng.random() < 0.3 else limit ** rng.uniform(0, 1)
            ),
            per_second=per_second,
            phase=rng.uniform(0, 15),
            onset=rng.uniform(0, 600),
            whole=bool(per_second < 50 or rng.integers(2)),
            bad_before=float(rng.choice([0, 1000])),
        )
        if not 1 / NEAR < world.error_ratio / limit < NEAR and (near_ties or not is_near_tie(world)):
            return world


def is_near_tie(world: World) -> bool:
    """Whether the fewest and the most events that a window may count want another number of bad ones."""
    long, limit = world.tier.long_seconds, firing_ratio(world.tier, world.slo)
    fewest = np.floor(world.per_second * world.sampling.span(long)) * limit
    return bool(world.per_second < 50 and np.floor(fewest) != np.floor((world.per_second * long + 1) * limit))


def agrees(world: World, observed: float | None, *, more: float = 0.0) -> bool:
    """Within one evaluation interval, and both or neither fires."""
    seconds = predicted(world)
    if seconds is None or observed is None:
        return seconds is observed
    return abs(observed - seconds) <= world.sampling.evaluation_seconds + more


@pytest.mark.parametrize("first", range(0, CASES, AT_ONCE))
def test_two_hundred_random_cases_fire_when_check_says(first):
    worlds = [drawn(seed) for seed in range(first, first + AT_ONCE)]
    assert [world for world in worlds if not agrees(world, detected(world, horizon(world)))] == []


def test_the_random_cases_fire_mostly_and_are_of_all_kinds():
    worlds = [drawn(seed) for seed in range(CASES)]
    assert {world.tier.name for world in worlds} == {tier.name for tier in TIERS}
    assert 0.6 < sum(predicted(world) is not None for world in worlds) / CASES < 0.95
    assert 0.3 < sum(world.per_second < 10 for world in worlds) / CASES < 0.9


@pytest.mark.parametrize("first", [1000, 1025])
def test_where_one_event_decides_it_is_out_by_one_event_at_most(first):
    worlds = [drawn(seed, near_ties=True) for seed in range(first, first + AT_ONCE)]
    apart = [1 / (world.error_ratio * world.per_second) for world in worlds]
    wrong = [
        world
        for world, seconds in zip(worlds, apart, strict=True)
        if not agrees(world, detected(world, horizon(world)), more=seconds)
    ]
    assert wrong == []


@pytest.mark.parametrize("seed", [2, 3, 5])
def test_the_engine_that_runs_live_fires_at_the_same_step(seed):
    rng = np.random.default_rng(seed)
    world = World(
        TIERS[0], 0.99, rng.uniform(0.3, 1), 20.0, phase=rng.uniform(0, 15), onset=rng.uniform(0, 60)
    )
    assert agrees(world, live := detected_live(world, horizon(world)))
    assert live == detected(world, horizon(world))


@pytest.mark.parametrize("scrape", [5.0, 30.0])
@pytest.mark.parametrize("interval", [30.0, 60.0])
@pytest.mark.parametrize("tier", TIERS[1:3], ids=lambda tier: tier.name)
def test_other_scrapes_and_evaluations(tier, scrape, interval):
    pace = Pace(scrape, interval)
    world = World(tier, 0.99, 0.4, 100.0, phase=0.7 * scrape, onset=77, whole=False, pace=pace)
    assert agrees(world, detected(world, horizon(world)))


@pytest.mark.parametrize("tier", TIERS[3:], ids=lambda tier: tier.name)
@pytest.mark.parametrize(("ratio", "onset"), [(1.0, 10.0), (1.0, 130.0), (1.0, 250.0), (0.3, 77.0)])
def test_windows_that_are_sums_of_five_minutes_fire_within_what_is_said(tier, ratio, onset):
    world = World(tier, 0.999, ratio, 100.0, phase=4, onset=onset, whole=False, pace=Pace())
    off = abs(detected(world, horizon(world)) - predicted(world))
    assert off <= give_or_take_seconds(tier, world.slo, world.sampling)
    exact = replace(world, pace=Pace(exact_windows=True))
    assert predicted(world) == predicted(exact) + 150


@pytest.mark.parametrize(("hold", "keep"), [(40.0, 0.0), (0.0, 100.0), (60.0, 50.0)])
def test_holds_end_with_an_evaluation(hold, keep):
    tier = replace(TIERS[1], for_seconds=hold, keep_firing_seconds=keep)
    world = World(tier, 0.99, 1.0, 50.0, phase=4, onset=100, lasts_seconds=4000)
    (life,) = lives(world, 5000)
    assert agrees(world, life.firing_at - world.start - world.onset)
    resets = reset_seconds(tier, world.slo, 1.0, world.sampling)
    assert abs(life.resolved_at - world.start - world.onset - 4000 - resets) <= 15


@pytest.mark.parametrize("seed", range(20))
def test_random_outages_reset_when_check_says(seed):
    rng = np.random.default_rng(seed)
    tier, objective = TIERS[rng.integers(len(TIERS))], float(rng.choice([0.95, 0.99, 0.995]))
    ratio = float(rng.choice([1.0, 0.9]))
    world = World(tier, objective, ratio, 30.0, phase=rng.uniform(0, 15), onset=rng.uniform(0, 99))
    world = replace(world, lasts_seconds=1.01 * tier.long_seconds)
    resets = reset_seconds(tier, world.slo, ratio, world.sampling)
    after = world.onset + world.lasts_seconds
    (life,) = lives(world, after + resets + 10 * world.sampling.evaluation_seconds)
    assert abs(life.resolved_at - world.start - after - resets) <= world.sampling.evaluation_seconds


@pytest.mark.parametrize("objective", [0.5, 0.8, 0.9, 0.95])
def test_what_is_proposed_passes_check_and_fires(objective):
    policy = load_policy("workbook")
    found = check([slo_of(objective)], {"default": policy})
    assert found.proposals
    for proposal in found.proposals:
        world = World(proposal.tier, objective, 1.0, 5.0, onset=33)
        assert agrees(world, detected(world, horizon(world)))
        assert predicted(replace(world, error_ratio=0.55)) is not None


def test_a_tier_that_cannot_fire_does_not():
    world = World(Tier("1h", 3600, 300, 0.02, "page"), 0.9, 1.0, 10.0)
    assert detected(world, 3 * 3600) is None
    assert detected(replace(world, objective=0.95), 3 * 3600) is not None
