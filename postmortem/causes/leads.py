"""When the evidence of a candidate turned, against the impact: by the turning points of the report."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from alerts.charts.model import Unit
from postmortem.causes.moves import SILENT, Observed
from postmortem.causes.ranking import Cause
from postmortem.facts import Fact, Operation, combine
from postmortem.impact.span import Span
from postmortem.turning_points.turns import Shift


class Order(StrEnum):
    """When a candidate's evidence turned first, against the impact's start."""

    BEFORE = "before"
    TIED = "tied"
    AFTER = "after"


@dataclass(frozen=True)
class Lead:
    """The first turning point of a candidate's evidence. seconds: before the impact's (negative: after)."""

    shift: Shift
    order: Order
    seconds: Fact


def find_lead(cause: Cause, shifts: Sequence[Shift], span: Span, tied_seconds: float) -> Lead | None:
    """None where no turning point was found in what speaks for the candidate."""
    turned = [shift for seen in cause.evidence if (shift := shift_of(seen, shifts)) is not None]
    first = min(turned, key=lambda shift: shift.onset.value, default=None)
    if first is None:
        return None
    name = f"cause.{first.subject.series}.lead"
    seconds = combine(name, Operation.DIFFERENCE, (span.onset, first.onset), Unit.SECONDS)
    assert seconds is not None
    lead = seconds.value
    order = Order.TIED if abs(lead) <= tied_seconds else Order.BEFORE if lead > 0 else Order.AFTER
    return Lead(first, order, seconds)


def shift_of(seen: Observed, shifts: Iterable[Shift]) -> Shift | None:
    """The turning point that tells of the move: of the same signal, in the same direction."""
    if seen.move == SILENT:
        return None
    told = (s for s in shifts if s.subject.series == seen.subject.series and s.rises == seen.rises)
    return next(told, None)
