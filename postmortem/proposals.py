"""Action items that the record itself suggests, by horizon; owners and dates are for people."""

from dataclasses import dataclass

from alerts.action_items import Horizon
from postmortem.acts import Act
from postmortem.alerted import may_be_about
from postmortem.causes.alike import alike
from postmortem.causes.leads import shift_of
from postmortem.report import Report
from postmortem.turning_points.turns import Shift

MOST_CAUSES = 3  # candidates that a report tells


@dataclass(frozen=True)
class Proposal:
    """A candidate for an item; ``kind`` says which field it is about: none for a page that never came.

    causes: how many of the first candidate causes are to be tested.
    """

    horizon: Horizon
    kind: str
    act: Act | None = None
    causes: int = 0
    shift: Shift | None = None
    is_done: bool = False


def propose_actions(report: Report) -> tuple[Proposal, ...]:
    """Switches to decide on, candidate causes to test, signals to watch, a page that never came."""
    items = [Proposal(Horizon.SHORT, "switch", act=act) for act in _switched_on(report)]
    if report.evidence.incident.paged_at is None:
        items.append(Proposal(Horizon.SHORT, "unpaged"))
    found = len(alike(report.ranking.causes)[:MOST_CAUSES])
    if found:
        items.append(Proposal(Horizon.MID, "cause" if found == 1 else "causes", causes=found))
    items.extend(Proposal(Horizon.MID, "silent", shift=shift) for shift in silent_shifts(report))
    return tuple(items)


def silent_shifts(report: Report) -> tuple[Shift, ...]:
    """Signals suspected that no alert of the incident can have been about."""
    alerts = report.evidence.incident.alerts
    return tuple(s for s in _suspected(report) if not any(may_be_about(a, s.subject.signal) for a in alerts))


def _suspected(report: Report) -> tuple[Shift, ...]:
    """Turning points of the first candidate, of what it met and of what it set off; by onset."""
    ranking = report.ranking
    moves = [o for cause in ranking.causes[:1] for o in cause.evidence]
    moves += [*ranking.weaknesses, *ranking.amplifiers]
    found = [shift_of(o, report.shifts) for o in moves if o.subject.signal.role != "traffic"]
    turned = {shift.subject.series: shift for shift in found if shift is not None}
    return tuple(sorted(turned.values(), key=lambda shift: shift.onset.value))


def _switched_on(report: Report) -> list[Act]:
    """The last act of each switch that was turned on and stayed so."""
    last: dict[str, Act] = {}
    for mitigation in report.mitigations:
        for act in mitigation.acts:
            if act.event.kind == "switch" and act.event.attributes.get("switch"):
                last[str(act.event.attributes["switch"])] = act
    return [act for act in last.values() if act.event.attributes.get("to") is True]
