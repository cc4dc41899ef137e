"""What people did about an impact, and when: as recorded, or as its row of the timeline was corrected."""

from dataclasses import dataclass

from postmortem.evidence import Evidence
from postmortem.facts import Fact, RecordKind, from_record
from postmortem.impact.span import Span
from postmortem.records import Event
from postmortem.timeline import event_rows

ACTION_KINDS = ("mitigation", "switch")


@dataclass(frozen=True)
class Act:
    """moment: in Unix seconds; of acts that share a corrected row, the row's."""

    event: Event
    moment: Fact

    @property
    def at(self) -> float:
        return self.moment.value


def acts_within(evidence: Evidence, span: Span) -> tuple[Act, ...]:
    """Mitigations and switches of the impact in time order; what came after its end mitigated nothing."""
    acts = [act for act in _acts(evidence) if span.start.value <= act.at <= span.ends_at(evidence)]
    return tuple(sorted(acts, key=lambda act: act.at))


def _acts(evidence: Evidence) -> list[Act]:
    found = []
    for row in event_rows(evidence):
        moved = row.correction.at if row.correction else None
        for event in (entry.event for entry in row.entries if entry.event is not None):
            moment = moved or from_record(evidence, RecordKind.EVENT, str(event.id), "at")
            if event.kind in ACTION_KINDS and moment is not None:
                found.append(Act(event, moment))
    return found
