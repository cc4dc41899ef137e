"""Tries every candidate on the evidence and picks what is worth telling."""

from collections.abc import Callable, Iterable, Sequence

from alerts.backtest.spent import budget_spent
from alerts.backtest.stretch import Stretch
from alerts.errors import SpecError
from alerts.policy import Policy, Tier, built_in_names, load_policy
from alerts.slo import Slo
from alerts.tune.burns import burns
from alerts.tune.candidates import FAST, HOURLY, SLOW, candidates
from alerts.tune.frontier import Wish, chosen, frontier
from alerts.tune.judge import Evidence, Judged, judged
from alerts.tune.report import Spent, Tuned

INTERVAL_SECONDS = 15.0
MOST_POINTS = 15
Progress = Callable[[float], None]


def page_tiers(base: Policy) -> list[Tier]:
    """All tiers that are tried: each asks for its windows, and the longest ``for`` for the run-up."""
    built_in = [load_policy(name) for name in built_in_names()]
    shipped = (tier for policy in (base, *built_in) for tier in policy.with_severity("page"))
    return list(dict.fromkeys((*FAST, *HOURLY, *SLOW, *shipped)))


def tuned(
    slos: Sequence[Slo],
    base: Policy,
    stretches: Sequence[Stretch],
    wish: Wish,
    progress: Progress = lambda _share: None,
) -> Tuned:
    """The frontier over these stretches, and the choice.

    Raises:
        SpecError: where no stretch has events of the SLOs, or none of those an incident.
    """
    evidence = []
    for number, stretch in enumerate(stretches, 1):
        evidence.append(_evidence(slos, base, stretch))
        progress(number / len(stretches))
    kept = [one for one in evidence if one.burns]
    left_out = tuple(one.stretch.name for one in evidence if not one.burns)
    if not any(one.stretch.incidents for one in kept):
        raise SpecError("expected an incident with events of these SLOs in cases or history, found none")
    others = [load_policy(name) for name in built_in_names()]
    tried = judged(candidates(base, others, slos), kept)
    choice, points = chosen(tried, wish), frontier(tried)[:MOST_POINTS]
    named = tuple(one for one in tried if one.candidate.name)
    told = [*named, *(point.judged for point in points), *([choice] if choice else [])]
    return Tuned(
        base, named, tuple(points), choice, wish, len(tried), tuple(kept), left_out, _spent(told, kept)
    )


def _evidence(slos: Sequence[Slo], base: Policy, stretch: Stretch) -> Evidence:
    found = (burns(slo, stretch, page_tiers(base), INTERVAL_SECONDS) for slo in slos)
    return Evidence(stretch, tuple(one for one in found if not one.is_empty))


def _spent(told: Iterable[Judged], evidence: Sequence[Evidence]) -> Spent:
    """The most over incidents and SLOs, by the seconds to the pages of the incidents."""
    incidents = [(one, incident) for one in evidence for incident in one.stretch.incidents]
    spent: Spent = {}
    for seconds in {one.page_seconds for one in told}:
        shares = [
            budget_spent(found.slo, one.stretch.samples, incident.onset, incident.onset + after)
            for (one, incident), after in zip(incidents, seconds, strict=True)
            if after is not None
            for found in one.burns
        ]
        spent[seconds] = max((one for one in shares if one is not None), default=None)
    return spent
