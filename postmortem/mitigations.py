"""What was done, what the SLIs read before and after it, and whether that is more than chance."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from alerts.charts.model import Unit
from postmortem.acts import Act, acts_within
from postmortem.effects import Excursion, Samples, change_after
from postmortem.evidence import Evidence, StoredSeries
from postmortem.facts import TIME, Fact, Operation, combine, measure
from postmortem.impact.span import Span
from postmortem.reductions import Cut, Reduction, reduce_samples
from postmortem.timeline import TIED_STEPS
from postmortem.turning_points.turns import Shift

WINDOW_STEPS = 6  # of which the medians are printed
REACH_SECONDS = 900.0  # or 20 steps, where these are wider
_JUDGED_STEPS = 20  # on each side
_MOST_SLIS = 3


class Verdict(StrEnum):
    IMPROVED = "improved"
    WORSE = "worse"
    EARLIER = "earlier"  # it changed, but was past halfway and stayed there when the action was taken
    NONE = "none"


@dataclass(frozen=True)
class Effect:
    """Medians of a series just before the action, and of the last it read before the next one.

    to_effect: from the action to where the series settles beyond halfway; None without an effect, or where it
    does not settle.
    """

    shift: Shift
    before: Fact
    after: Fact
    verdict: Verdict
    to_effect: Fact | None

    def facts(self) -> tuple[Fact, ...]:
        every = (self.before, self.after, self.to_effect)
        return tuple(fact for fact in every if fact is not None)


@dataclass(frozen=True)
class Mitigation:
    """Actions that came together, and their effects as far as the record shows any."""

    acts: tuple[Act, ...]
    effects: tuple[Effect, ...]

    @property
    def moment(self) -> Fact:
        """When the first of them was."""
        return self.acts[0].moment


@dataclass(frozen=True)
class _Reach:
    """since: the end of the action before, or the start of the record. until: the next action, or its end."""

    acts: tuple[Act, ...]
    since: float
    until: float


@dataclass(frozen=True)
class _Sides:
    """What is compared of a series: from ``since`` to the first action, and from ``settled`` to ``until``."""

    series: StoredSeries
    step_seconds: float
    repeats: float
    since: float
    first: Act
    settled: float
    until: float

    @classmethod
    def of(cls, evidence: Evidence, shift: Shift, reach: _Reach) -> "_Sides":
        series, slo = evidence.series[shift.subject.series], shift.subject.slo
        step = max(series.step_seconds, evidence.interval_seconds)
        lookback = evidence.lookback_of(slo)
        first, settled = reach.acts[0], reach.acts[-1].at + lookback
        onset = shift.onset.value if shift.onset.value <= first.at else evidence.analysis_start
        until = min(reach.until, settled + max(REACH_SECONDS, _JUDGED_STEPS * step))
        since = max(onset, reach.since + lookback if reach.since > evidence.analysis_start else onset)
        return cls(series, step, max(1.0, lookback / step), since, first, settled, until)

    def cuts(self, steps: int) -> tuple[Cut, Cut]:
        """Medians of the last so many steps of both sides."""
        seconds = steps * self.step_seconds
        before = Cut(Reduction.MEDIAN, max(self.since, self.first.at - seconds), self.first.at)
        return before, Cut(Reduction.MEDIAN, max(self.settled, self.until - seconds), self.until)

    def samples(self, cut: Cut) -> Samples:
        inside = (self.series.times >= cut.start) & (self.series.times <= cut.end)
        return Samples(self.series.times[inside], self.series.values[inside])


def find_mitigations(evidence: Evidence, shifts: tuple[Shift, ...], span: Span) -> tuple[Mitigation, ...]:
    """The actions of the impact, tied ones together."""
    groups: list[list[Act]] = []
    for act in acts_within(evidence, span):
        if groups and act.at - groups[-1][0].at <= TIED_STEPS * evidence.step_seconds:
            groups[-1].append(act)
        else:
            groups.append([act])
    sinces = [evidence.analysis_start, *(group[-1].at for group in groups)]
    untils = [*(group[0].at for group in groups[1:]), evidence.end]
    reaches = [_Reach(tuple(g), s, u) for g, s, u in zip(groups, sinces, untils, strict=False)]
    felt = [s for s in shifts if s.subject.slo is not None] or [s for s in shifts if s.subject.is_user_facing]
    return tuple(Mitigation(reach.acts, _effects(evidence, felt[:_MOST_SLIS], reach)) for reach in reaches)


def window_seconds(evidence: Evidence) -> float:
    """The time that printed medians are of, where no other action is nearer."""
    return WINDOW_STEPS * evidence.step_seconds


def reach_seconds(evidence: Evidence) -> float:
    """How long after an action and its queries' window what comes may be called its effect."""
    return max(REACH_SECONDS, _JUDGED_STEPS * evidence.step_seconds)


def _effects(evidence: Evidence, felt: list[Shift], reach: _Reach) -> tuple[Effect, ...]:
    effects = (_effect(evidence, shift, reach) for shift in felt)
    return tuple(effect for effect in effects if effect is not None)


def _effect(evidence: Evidence, shift: Shift, reach: _Reach) -> Effect | None:
    """None where there are too few samples between the worsening, the action and the next one."""
    sides, unit = _Sides.of(evidence, shift, reach), shift.subject.signal.unit
    early, late = (sides.samples(cut) for cut in sides.cuts(_JUDGED_STEPS))
    change = change_after(early, late, Excursion(shift.before.value, shift.peak.value, sides.repeats))
    name, (near, far) = f"event.{sides.first.event.id}.{sides.series.id}", sides.cuts(WINDOW_STEPS)
    before = measure(f"{name}.before", sides.series, near, unit)
    after = measure(f"{name}.after", sides.series, far, unit)
    if change is None or before is None or after is None:
        return None
    if change and _came_before(sides, early, late):
        return Effect(shift, before, after, Verdict.EARLIER, None)
    to_effect = _to_effect(sides, before, after) if change else None
    return Effect(shift, before, after, _verdict(shift, change), to_effect)


def _came_before(sides: _Sides, early: Samples, late: Samples) -> bool:
    """Whether the series was through more than half of its change, for good, by the action."""
    before, after = float(np.median(early.values)), float(np.median(late.values))
    way = Reduction.SETTLED_ABOVE if after > before else Reduction.SETTLED_BELOW
    halfway = Cut(way, float(early.times[0]), sides.until, (before + after) / 2)
    settled = reduce_samples(sides.series.times, sides.series.values, halfway)
    return settled is not None and settled <= sides.first.at


def _verdict(shift: Shift, change: float) -> Verdict:
    if change == 0:
        return Verdict.NONE
    return Verdict.WORSE if (change > 0) == shift.rises else Verdict.IMPROVED


def _to_effect(sides: _Sides, before: Fact, after: Fact) -> Fact | None:
    """From the action to the first sample after which the series stays beyond halfway until the next one."""
    name = f"event.{sides.first.event.id}.{sides.series.id}"
    way = Reduction.SETTLED_ABOVE if after.value > before.value else Reduction.SETTLED_BELOW
    halfway = Cut(way, sides.first.at, sides.until, (before.value + after.value) / 2)
    settled = measure(f"{name}.settled", sides.series, halfway, TIME)
    parts = (settled, sides.first.moment)
    return combine(f"{name}.to_effect", Operation.DIFFERENCE, parts, Unit.SECONDS)
