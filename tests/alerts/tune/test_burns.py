"""Tiers as comparisons of arrays against the engine that runs their rules."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.backtest.engine import alert_histories
from alerts.backtest.stretch import Stretch
from alerts.casefile import BUILT_IN
from alerts.ci.casebook import read_case
from alerts.cli import EXAMPLES
from alerts.compile import CompileOptions, compile_slos
from alerts.expressions import RawExpressions, burn_rate
from alerts.formats.files import load_slos
from alerts.policy import Policy, Tier, load_policy
from alerts.slo import Sli, SliKind, Slo
from alerts.tune.burns import burns, closeness, run_up_seconds, tier_lives
from alerts.tune.candidates import FAST
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.rules.files import parse_groups

PAGES = [*load_policy("default").with_severity("page"), FAST[0], FAST[-1]]


def by_rules(slo, tier, stretch):
    policies = {slo.policy: Policy("p", (tier,))}
    rules = compile_slos([slo], policies, CompileOptions(recorded=False))
    begin = stretch.start - run_up_seconds([tier], 15.0)
    histories = alert_histories(parse_groups(rules), stretch.samples, begin, stretch.end)
    return [
        life
        for one in histories
        for labels, lives in one.lives.items()
        if labels.get("tier") == tier.name
        for life in lives
    ]


@pytest.fixture(scope="module")
def incident():
    case = read_case(BUILT_IN / "seed-2025-09-03")
    return Stretch(case.name, case.load(), 0.0, case.expected.start, case.expected.end)


@pytest.fixture(scope="module")
def slo():
    return next(slo for slo in load_slos(EXAMPLES / "shop.slo.yml") if slo.name == "product-latency")


@pytest.fixture(scope="module")
def found(incident, slo):
    return burns(slo, incident, PAGES, 15.0)


@pytest.mark.parametrize("number", range(len(PAGES)))
def test_a_tier_fires_on_the_incident_when_its_rule_does(number, incident, slo, found):
    lives = tier_lives(found, PAGES[number])
    assert lives == by_rules(slo, PAGES[number], incident)
    assert any(life.firing_at for life in lives)


def counted(seed):
    """Two hours of few events, of which some are bad, in bursts, with samples that are missing."""
    rng, store = np.random.default_rng(seed), MemoryStore()
    times = 1_000_000_000 + np.arange(600) * 15_000
    events = rng.poisson(2, 600)
    bad = rng.binomial(events, np.repeat(rng.choice([0.0, 0.01, 0.6], 20), 30))
    kept = rng.random(600) > 0.2
    for name, grown in (("all", events), ("bad", bad)):
        store.append_column(Labels({"__name__": name}), times[kept], np.cumsum(grown)[kept].astype(float))
    return Stretch("h", store, 0.0, 1_003_000.0, 1_009_000.0)


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from([60.0, 120.0]),
    st.sampled_from([0.0, 45.0]),
    st.sampled_from([0, 7]),
    st.sampled_from([300.0, 3600.0]),
)
def test_tiers_fire_when_their_rules_do(seed, short, held, least_bad, long):
    sli = Sli(SliKind.AVAILABILITY, "sum(increase(bad[$window]))", "sum(increase(all[$window]))")
    slo, stretch = Slo("s", "svc", 0.95, sli), counted(seed)
    tier = Tier("t", long, short, 1 / 720, "page", held, 60.0, 0.1, least_bad)
    assert tier_lives(burns(slo, stretch, [tier], 15.0), tier) == by_rules(slo, tier, stretch)


@pytest.mark.parametrize("failing", [15.0, 60.0, 600.0])
def test_a_tier_fires_as_its_rule_does_while_its_targets_are_down(failing):
    """Two hours of peace, errors for a while, and then no scrape succeeds."""
    times, down = 1_000_000_000 + np.arange(800) * 15_000, 480
    up = np.arange(800) < down
    bad = np.cumsum(np.where(up & (np.arange(800) >= down - failing / 15), 150.0, 0.0))
    store = MemoryStore()
    for name, values, kept in (
        ("all", np.arange(800) * 150.0, up),
        ("bad", bad, up),
        ("up", up.astype(float), np.full(800, True)),
    ):
        store.append_column(Labels({"__name__": name, "job": "web"}), times[kept], values[kept])
    stretch = Stretch("h", store, 0.0, 1_003_600.0, 1_011_000.0)
    queries = (f'sum(increase({name}{{job="web"}}[$window]))' for name in ("bad", "all"))
    slo = Slo("s", "svc", 0.999, Sli(SliKind.AVAILABILITY, *queries))
    found = burns(slo, stretch, PAGES, 15.0)
    fired = [tier_lives(found, tier) for tier in PAGES]
    assert fired == [by_rules(slo, tier, stretch) for tier in PAGES]
    outlasts_the_target = [
        life.resolved_at is None or life.resolved_at > times[down] / 1000 + 600
        for lives in fired
        for life in lives
    ]
    assert any(outlasts_the_target) or failing == 15.0


def test_a_tier_waits_for_its_floor_of_bad_events():
    """A third of two events a scrape is bad, 13 in five minutes."""
    times = 1_000_000_000 + np.arange(600) * 15_000
    store = MemoryStore()
    for name, grown in (("all", 2.0), ("bad", 2 / 3)):
        store.append_column(Labels({"__name__": name}), times, np.arange(600) * grown)
    stretch = Stretch("h", store, 0.0, 1_003_000.0, 1_009_000.0)
    sli = Sli(SliKind.AVAILABILITY, "sum(increase(bad[$window]))", "sum(increase(all[$window]))")
    slo = Slo("s", "svc", 0.95, sli)
    low, high = (Tier("t", 300.0, 60.0, 1 / 7200, "page", min_bad_events=least) for least in (10, 15))
    found = burns(slo, stretch, [low, high], 15.0)
    assert tier_lives(found, low) == by_rules(slo, low, stretch) != []
    assert tier_lives(found, high) == by_rules(slo, high, stretch) == []


def test_a_tier_is_as_close_as_the_farthest_of_its_conditions(slo, found):
    tier = Tier("t", 300.0, 60.0, 1 / 720, "page", min_error_ratio=0.5)
    near = closeness(found, tier, np.ones(len(found.times), np.bool_))
    events = RawExpressions(slo)
    long, short = (found.answers[burn_rate(events, window, slo)] for window in (300.0, 60.0))
    ratios = np.fmin(long, short) * slo.error_budget
    assert near == pytest.approx(float(np.nanmax(ratios)) / 0.5)
    assert closeness(found, tier, np.zeros(len(found.times), np.bool_)) == 0.0
