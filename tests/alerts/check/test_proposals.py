from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.burnrate import firing_ratio
from alerts.check.analysis import check
from alerts.check.lint import HALF_OUTAGE
from alerts.policy import Policy, Tier, load_policy
from alerts.slo import Sli, SliKind, Slo

DAY = 86_400.0
steady = settings(deadline=None, derandomize=True, max_examples=60)


def slo(objective, period_seconds=30 * DAY):
    sli = Sli(SliKind.AVAILABILITY, "bad", "total", "sum(busy)")
    return Slo("web", "shop", objective, sli, period_seconds, policy="p")


def checked(objective, policy="workbook"):
    return check([slo(objective)], {"p": load_policy(policy)})


def loaded(text, folder: Path) -> Policy:
    path = folder / "proposed.policy.yml"
    path.write_text(text, encoding="utf-8")
    return load_policy(str(path))


def test_a_policy_that_can_is_left_alone():
    assert (checked(0.99).proposals, checked(0.99).proposed) == ((), {})


@pytest.mark.parametrize("policy", ["workbook", "default"])
@pytest.mark.parametrize("objective", [0.3, 0.7, 0.9, 0.93, 0.955])
def test_the_proposed_policy_loads_and_passes_check(objective, policy, tmp_path):
    proposed = loaded(checked(objective, policy).proposed["web"], tmp_path)
    assert check([slo(objective)], {"p": proposed}).findings == ()
    assert [tier.name for tier in proposed.tiers] == [tier.name for tier in load_policy(policy).tiers]


def test_ninety_percent_gets_a_smaller_share_or_longer_windows():
    found = [one for one in checked(0.9).proposals if one.instead_of.name == "1h"]
    assert [
        (one.change, one.tier.long_seconds, one.tier.short_seconds, one.tier.budget_share) for one in found
    ] == [
        ("budget_share", 3600, 300, 0.0069),
        ("windows", 3 * 3600, 900, 0.02),
    ]


@steady
@given(
    objective=st.floats(0.001, 0.9999),
    share=st.floats(1e-9, 1),
    long=st.sampled_from([300.0, 3600.0, 6 * 3600.0, 3 * DAY]),
    days=st.sampled_from([7, 28, 30, 90]),
)
def test_half_an_outage_fires_each_proposal(objective, share, long, days):
    tier = Tier("t", long, 60.0, share, "page")
    found = check([slo(objective, days * DAY)], {"p": Policy("p", (tier,))})
    assert all(firing_ratio(one.tier, one.slo) <= HALF_OUTAGE * (1 + 1e-9) for one in found.proposals)
    assert all(one.tier.short_seconds < one.tier.long_seconds < days * DAY for one in found.proposals)
    assert bool(found.proposals) == (firing_ratio(tier, slo(objective, days * DAY)) > HALF_OUTAGE)
