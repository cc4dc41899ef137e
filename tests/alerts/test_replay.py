from dataclasses import replace as changed
from pathlib import Path

import pytest

from alerts.casefile import load_case
from alerts.compile import policies_of
from alerts.formats.files import load_slos
from alerts.guardrails.spec import load_guardrails
from alerts.policy import load_policy
from alerts.replay import Outcome, TierOutcome, replay
from alerts.replay_report import report

SEED = load_case("seed-2025-09-03")
UNTIL_A_QUARTER_TO_ELEVEN = changed(SEED, end=SEED.start + 45 * 60)
SLOS = load_slos(Path("alerts/examples/shop.slo.yml"))
GUARDRAILS = load_guardrails(Path("alerts/examples/shop.guardrails.yml"))


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """The shipped objectives, policy and guardrails on the seed's figures."""
    return replay(UNTIL_A_QUARTER_TO_ELEVEN, SLOS, policies_of(SLOS), GUARDRAILS)


def tier(outcome: Outcome, slo: str, name: str) -> TierOutcome:
    return next(tier for tier in outcome.tiers if (tier.slo.name, tier.tier.name) == (slo, name))


def minutes_after_onset(at: float | None) -> float:
    assert at is not None
    return (at - SEED.onset) / 60


def test_pages_within_three_minutes_of_the_onset_and_not_before(outcome):
    assert 0 <= minutes_after_onset(outcome.page_at) <= 3
    assert outcome.as_wanted


def test_the_fast_tier_of_product_latency_is_first(outcome):
    first = tier(outcome, "product-latency", "fast").first
    assert first is not None
    assert first.firing_at == outcome.page_at


def test_the_workbooks_page_comes_too_late(outcome):
    """Why the default policy has a fast tier: docs/decisions/0002."""
    first = tier(outcome, "product-latency", "1h").first
    assert first is not None
    assert 8 <= minutes_after_onset(first.firing_at) <= 10


def test_nothing_fires_before_the_onset(outcome):
    assert all(episode.pending_at >= SEED.onset for t in outcome.tiers for episode in t.episodes)
    assert all(episode.pending_at >= SEED.onset for _, episodes in outcome.guardrails for episode in episodes)


def test_a_tier_fires_exactly_where_its_peak_exceeds_its_limit(outcome):
    for result in outcome.tiers:
        assert (result.first is not None) == (result.peak > result.limit), (result.slo.name, result.tier.name)


def test_guardrails_without_figures_stay_silent(outcome):
    fired = {guardrail.name for guardrail, episodes in outcome.guardrails if episodes}
    assert fired == {"cache_hit_ratio", "replica_cpu"}


def test_the_report_tells_both_times_and_every_assumption(outcome):
    korean = report(outcome, "ko").markdown()
    assert "문서의 경보: 10:15:00" in korean
    assert "Fireline의 첫 호출: 10:07:00 (상품 상세 지연 · fast): 8분 빠름" in korean
    assert all(text["ko"] in korean for text in SEED.assumptions)
    english = report(outcome, "en").markdown()
    assert "first page: 10:07:00 (Product detail latency · fast): 8m earlier" in english
    assert all(text["en"] in english for text in SEED.assumptions)


def test_a_policy_that_never_pages_is_not_as_wanted():
    calm = {"default": changed(load_policy("workbook"), tiers=load_policy("workbook").tiers[2:])}
    short = changed(SEED, end=SEED.onset + 120)
    silent = replay(short, SLOS[2:], calm, [])
    assert silent.page_at is None
    assert not silent.as_wanted
    assert "first page: none" in report(silent, "en").markdown()
