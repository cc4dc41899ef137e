"""What was done, and what the SLIs read before and after it."""

from dataclasses import dataclass

from collector.durations import parse_duration
from postmortem.evidence import Evidence
from postmortem.facts import Fact, measure
from postmortem.impact import Span, actions_within
from postmortem.records import Event
from postmortem.reductions import Cut, Reduction
from postmortem.timeline import TIED_INTERVALS
from postmortem.turningpoints import Shift

WINDOW_INTERVALS = 6
_MOST_SLIS = 3
NO_EFFECT_BELOW = 0.1  # of the value before


@dataclass(frozen=True)
class Effect:
    """Medians of a series just before the action and, once its query's window has passed, after it."""

    shift: Shift
    before: Fact
    after: Fact

    @property
    def is_measurable(self) -> bool:
        return abs(self.after.value - self.before.value) >= NO_EFFECT_BELOW * abs(self.before.value)


@dataclass(frozen=True)
class Mitigation:
    """Actions that came together, and their effects as far as the record shows any."""

    events: tuple[Event, ...]
    effects: tuple[Effect, ...]

    @property
    def at(self) -> float:
        return self.events[0].at


def find_mitigations(evidence: Evidence, shifts: tuple[Shift, ...], span: Span) -> tuple[Mitigation, ...]:
    """The actions of the impact, tied ones together."""
    groups: list[list[Event]] = []
    for event in actions_within(evidence, span):
        if groups and event.at - groups[-1][0].at <= TIED_INTERVALS * evidence.interval_seconds:
            groups[-1].append(event)
        else:
            groups.append([event])
    nexts = [*(group[0].at for group in groups[1:]), evidence.end][: len(groups)]
    felt = [s for s in shifts if s.subject.slo is not None] or [s for s in shifts if s.subject.is_user_facing]
    return tuple(
        Mitigation(tuple(group), _effects(evidence, felt[:_MOST_SLIS], group, until))
        for group, until in zip(groups, nexts, strict=True)
    )


def _effects(evidence: Evidence, felt: list[Shift], group: list[Event], until: float) -> tuple[Effect, ...]:
    first, last = group[0], group[-1]
    window = WINDOW_INTERVALS * evidence.interval_seconds
    since = last.at + parse_duration(evidence.rate_window)
    effects = []
    for shift in felt:
        series, unit = evidence.series[shift.subject.series], shift.subject.signal.unit
        name = f"event.{first.id}.{series.id}"
        before = measure(f"{name}.before", series, Cut(Reduction.MEDIAN, first.at - window, first.at), unit)
        after = measure(
            f"{name}.after", series, Cut(Reduction.MEDIAN, since, min(since + window, until)), unit
        )
        if before and after:
            effects.append(Effect(shift, before, after))
    return tuple(effects)
