"""Of how many events the highest share of an objective is: one failed request of one reads as 100 %."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.charts.model import Unit
from postmortem.evidence import Evidence, Subject
from postmortem.facts import Fact, measure
from postmortem.queries import WINDOW, InstantQuery, counts_increases, ratio_window
from postmortem.reductions import Cut, Reduction
from postmortem.turning_points.turns import Shift

FEW_EVENTS = 30.0


@dataclass(frozen=True)
class ThinPeak:
    """A highest share that a single event moves by several per cent. events: how many it is of."""

    shift: Shift
    events: Fact


def peak_queries(evidence: Evidence, shifts: Sequence[Shift]) -> Iterator[InstantQuery]:
    """All events of the window that ends at an objective's highest share.

    Only of objectives that count increases of counters, and of one series: the rest have no number of events.
    """
    series_of = [subject.slo.id for subject in evidence.subjects if subject.slo is not None]
    for shift in shifts:
        slo = shift.subject.slo
        if slo is not None and counts_increases(slo) and series_of.count(slo.id) == 1:
            query = slo.total.replace(WINDOW, ratio_window(slo, evidence.rate_window))
            yield InstantQuery(_events_of(shift.subject), query, shift.peak_at.value)


def thin_peaks(evidence: Evidence, shifts: Sequence[Shift]) -> tuple[ThinPeak, ...]:
    """Those of fewer than thirty events, from evidence that holds the answers to ``peak_queries``."""
    found = []
    for shift in shifts:
        series = evidence.series.get(_events_of(shift.subject))
        if series is not None:
            cut = Cut(Reduction.LAST, series.start, series.end)
            events = measure(series.id, series, cut, Unit.COUNT)
            if events is not None and events.value < FEW_EVENTS:
                found.append(ThinPeak(shift, events))
    return tuple(found)


def _events_of(subject: Subject) -> str:
    return f"{subject.series}:peak_events"
