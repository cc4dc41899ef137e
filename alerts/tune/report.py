"""The frontier, the choice and how far to trust it, for people and for scripts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from alerts.backtest.score import MONTH_SECONDS
from alerts.backtest.wording import NOTHING, counted, share, span
from alerts.policy import Policy
from alerts.policy_text import policy_yaml
from alerts.tune.candidates import tier_text, tuned_policy
from alerts.tune.confidence import least_share, most_events, most_share
from alerts.tune.frontier import Point, Wish
from alerts.tune.judge import Evidence, Judged

Spent = dict[tuple[float | None, ...], float | None]
_FULL = 99


@dataclass(frozen=True)
class Tuned:
    """What is told. named: policies that exist, the base first. tried: how many policies in all.

    spent: the most of a budget that was gone before the pages of a candidate, by its page_seconds.
    """

    base: Policy
    named: tuple[Judged, ...]
    points: tuple[Point, ...]
    choice: Judged | None
    wish: Wish
    tried: int
    evidence: tuple[Evidence, ...]
    left_out: tuple[str, ...] = ()
    spent: Spent = field(default_factory=dict)

    @property
    def incidents(self) -> int:
        return sum(len(one.stretch.incidents) for one in self.evidence)

    @property
    def quiet(self) -> list[Evidence]:
        return [one for one in self.evidence if one.is_quiet]

    @property
    def quiet_seconds(self) -> float:
        """Without an incident and with events, of all stretches."""
        return sum(one.watched_seconds for one in self.evidence)


def tuned_text(tuned: Tuned) -> Group:
    """For a terminal, all but the policy itself."""
    parts: list[Any] = [_table("Policies that exist", [Point(one, 0) for one in tuned.named], tuned)]
    parts.append(
        _table("Frontier: what is better than these in one figure is worse in another", tuned.points, tuned)
    )
    parts.append(Text(_LEGEND, style="dim"))
    parts += [Text(line) for line in confidence_lines(tuned)]
    parts.append(Text(choice_line(tuned), style="bold"))
    return Group(*parts)


_LEGEND = (
    "A tier: long/short window, share of the budget, least share of bad events, least bad events. Median and "
    "worst: from onsets to pages. quiet: how near quiet time came to the limits; 100 % is a page, unless "
    "`for` waits. spent: of the budget that had most spent before its page. +n: others that do as well."
)


def _table(title: str, points: Sequence[Point], tuned: Tuned) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    table.add_column("page tiers", no_wrap=True)
    for name in ("missed", "median", "worst", "false", "quiet", "spent", ""):
        table.add_column(name, justify="right")
    for point in points:
        table.add_row(*map(Text, _cells(point, tuned)), end_section=True)
    return table


def _cells(point: Point, tuned: Tuned) -> tuple[str, ...]:
    one = point.judged
    tiers = "\n".join(map(tier_text, one.candidate.tiers))
    found = one.missed < len(one.page_seconds)
    return (
        f"{one.candidate.name}:\n{tiers}" if one.candidate.name else tiers,
        f"{one.missed}/{tuned.incidents}",
        span(one.median_seconds) if found else NOTHING,
        span(one.worst_seconds) if found else NOTHING,
        str(one.false),
        _nearness(one.closeness),
        share(tuned.spent.get(one.page_seconds)),
        f"+{point.alike}" if point.alike else "",
    )


def _nearness(closeness: float) -> str:
    return f"{100 * closeness:.0f} %" if closeness < _FULL else "—"


def per_month(one: Judged, tuned: Tuned) -> float:
    """Pages in vain in thirty days like the quiet time that was judged on."""
    return one.false * MONTH_SECONDS / tuned.quiet_seconds if tuned.quiet_seconds else 0.0


def choice_line(tuned: Tuned) -> str:
    """What was wished for, and whether there is such a policy."""
    wish, one = tuned.wish, tuned.choice
    false = f"at most {counted(wish.most_false, 'false page')}" if wish.most_false else "no false page"
    wanted = f"{false} and quiet time {100 * wish.headroom:g} % or more below the limits"
    if wish.within_seconds is not None:
        wanted = f"a page within {span(wish.within_seconds)} of each onset, {wanted}"
    if one is None:
        return f"No policy tried gives {wanted}. --max-false, --within and --headroom say what may give way."
    picked = "The soonest" if wish.within_seconds is None else "The quietest"
    return f"{picked} with {wanted}, as a policy file (advice: nothing is changed):"


def confidence_lines(tuned: Tuned) -> list[str]:
    """Plain words on how much the choice stands on, for the choice, or for the base where there is none."""
    one = tuned.choice or tuned.named[0]
    found, incidents, quiet = tuned.incidents - one.missed, tuned.incidents, len(tuned.quiet)
    lines = [f"{tuned.tried:,} policies were tried on {_evidence_text(tuned)}."]
    lines.append(
        f"Found {found} of {counted(incidents, 'incident')}: the recall is at least "
        f"{share(least_share(found, incidents))} at 95 % confidence (exact binomial bound, Clopper-Pearson)."
    )
    if quiet:
        paged = sum(each.stretch.name in one.false_pages for each in tuned.quiet)
        lines.append(
            f"Paged on {paged or 'none'} of {counted(quiet, 'quiet stretch')}: of stretches like these it "
            f"pages on at most {share(most_share(paged, quiet))}, at 95 % confidence."
        )
    most = most_events(one.false) * MONTH_SECONDS / tuned.quiet_seconds if tuned.quiet_seconds else 0.0
    lines.append(
        f"{counted(one.false, 'false page')} in {span(tuned.quiet_seconds)} without an incident: at most "
        f"{most:.3g} in 30 days like these, at 95 % confidence (Poisson)."
    )
    lines.append(
        "The best of so many looks better than it is on what it was picked by: judge it on what comes next."
    )
    lines += [f"{note}." for each in tuned.evidence for note in each.stretch.notes]
    if tuned.left_out:
        lines.append(f"Left out, as they hold no events of these SLOs: {', '.join(tuned.left_out)}.")
    return lines


def _evidence_text(tuned: Tuned) -> str:
    quiet = len(tuned.quiet)
    stretches = f" and {counted(quiet, 'quiet stretch')}" if quiet else ""
    hours = f"{span(tuned.quiet_seconds)} without an incident in all"
    return f"{counted(tuned.incidents, 'incident')}{stretches}, {hours}"


def choice_yaml(tuned: Tuned) -> str | None:
    """The chosen policy as a policy file; None where there is none."""
    if tuned.choice is None:
        return None
    one = tuned.choice
    description = (
        f"Proposed by `fireline alerts tune` from {_evidence_text(tuned)}; "
        f"worst time to page {span(one.worst_seconds)}, {counted(one.false, 'false page')}."
    )
    return policy_yaml(tuned_policy(one.candidate, tuned.base), description)


def tuned_json(tuned: Tuned) -> dict[str, Any]:
    """Seconds, and ratios 0–1."""
    return {
        "named": [_judged_json(one, tuned) for one in tuned.named],
        "frontier": [_judged_json(point.judged, tuned) | {"alike": point.alike} for point in tuned.points],
        "choice": None if tuned.choice is None else _judged_json(tuned.choice, tuned),
        "policy": choice_yaml(tuned),
        "tried": tuned.tried,
        "incidents": tuned.incidents,
        "quiet_stretches": len(tuned.quiet),
        "quiet_seconds": tuned.quiet_seconds,
        "left_out": list(tuned.left_out),
        "confidence": confidence_lines(tuned),
    }


def _judged_json(one: Judged, tuned: Tuned) -> dict[str, Any]:
    found = one.missed < len(one.page_seconds)
    return {
        "name": one.candidate.name,
        "tiers": [tier_text(tier) for tier in one.candidate.tiers],
        "page_seconds": list(one.page_seconds),
        "missed": one.missed,
        "median_seconds": one.median_seconds if found else None,
        "worst_seconds": one.worst_seconds if found else None,
        "false_pages": dict(one.false_pages),
        "false_pages_per_30d": per_month(one, tuned),
        "nearest_quiet": one.closeness,
        "budget_spent": tuned.spent.get(one.page_seconds),
    }
