import pytest

from alerts.policy import Tier, load_policy
from alerts.policy_text import policy_yaml
from alerts.tune.candidates import Candidate, candidates, tuned_policy
from alerts.tune.confidence import least_share, most_events, most_share
from alerts.tune.frontier import Wish, chosen, frontier
from alerts.tune.judge import Judged

TIER = Tier("1h", 3600.0, 300.0, 0.02, "page")


def judged(*seconds, false=0, near=0.0, changes=0):
    return Judged(Candidate((TIER,), changes), seconds, {"d": false} if false else {}, near)


SOON, LATE = judged(60.0, false=2, near=0.9), judged(300.0, near=0.3)
BEATEN, MISSES = judged(300.0, false=1, near=0.5), judged(None, near=0.1)


def test_what_another_beats_is_not_on_the_frontier():
    points = frontier([BEATEN, LATE, SOON, MISSES])
    assert [point.judged for point in points] == [SOON, LATE, MISSES]


def test_of_those_that_do_as_well_the_one_with_fewest_changes_stands():
    (point,) = frontier([judged(60.0, changes=2), judged(60.0, changes=1), judged(60.0, changes=3)])
    assert (point.judged.candidate.changes, point.alike) == (1, 2)


@pytest.mark.parametrize(
    ("wish", "choice"),
    [
        (Wish(), LATE),
        (Wish(most_false=2, headroom=0.0), SOON),
        (Wish(most_false=2, headroom=0.2), LATE),
        (Wish(most_false=1, headroom=0.0), LATE),
        (Wish(most_false=2, within_seconds=400.0, headroom=0.0), LATE),
        (Wish(most_false=2, within_seconds=60.0, headroom=0.0), SOON),
        (Wish(within_seconds=60.0), None),
    ],
)
def test_the_choice_meets_the_wish(wish, choice):
    assert chosen([BEATEN, SOON, LATE, MISSES], wish) == choice


def test_a_worst_time_counts_every_incident():
    assert chosen([judged(30.0, None), judged(30.0, 90.0)], Wish(within_seconds=60.0)) is None


def test_a_chosen_policy_reads_back_as_it_is(tmp_path):
    base = load_policy("default")
    for candidate in candidates(base, [], [])[:40:13]:
        policy = tuned_policy(candidate, base)
        path = tmp_path / "p.yml"
        path.write_text(policy_yaml(policy, "why"))
        assert load_policy(str(path)) == policy


def test_one_of_one_proves_five_per_cent_and_none_of_eight_at_most_a_third():
    assert least_share(1, 1) == pytest.approx(0.05)
    assert least_share(0, 3) == 0.0
    assert most_share(0, 8) == pytest.approx(1 - 0.05 ** (1 / 8))
    assert most_share(8, 8) == pytest.approx(1.0)


@pytest.mark.parametrize(("found", "of", "least"), [(5, 10, 0.2224), (9, 10, 0.6058), (95, 100, 0.8977)])
def test_shares_are_those_of_published_tables(found, of, least):
    """The lower ends of two-sided 90 % intervals."""
    assert least_share(found, of) == pytest.approx(least, abs=2e-4)


@pytest.mark.parametrize(("found", "most"), [(0, 2.9957), (1, 4.7439), (10, 16.9622)])
def test_events_are_those_of_published_tables(found, most):
    assert most_events(found) == pytest.approx(most, abs=1e-3)
