"""In which forms documents print a figure, by their language, their zone and whom they are for."""

from collections.abc import Iterator
from dataclasses import replace

from alerts.charts.model import Unit
from postmortem.archive.identity import Audience, Identity
from postmortem.evidence import Evidence
from postmortem.facts import DATE, TIME, Fact, FromRecord, RecordKind
from postmortem.marks import marked_facts
from postmortem.verify.figures import Stored
from postmortem.words.overrides import SHIPPED, Templates
from postmortem.words.voice import Voice


class PrintedForms:
    """How documents of one language and zone print the figures of an archive."""

    def __init__(
        self, identity: Identity, facts: Stored, evidence: Evidence, templates: Templates = SHIPPED
    ) -> None:
        self._voice = Voice(templates.catalogue(identity.language), identity.time_zone, 0.0, evidence.window)
        self._facts, self._audience = facts, identity.audience
        self._lookbacks_seconds = {evidence.lookback_of(slo) for slo in (None, *evidence.slos)}

    def of(self, name: str) -> tuple[str, ...]:
        """Each form of the fact with this id; none of one that is not a figure."""
        stored = self._facts.get(name, {})
        value, unit = stored.get("value"), stored.get("unit")
        if (
            not isinstance(value, (int, float))
            or not isinstance(unit, str)
            or unit not in {TIME, DATE, *Unit}
        ):
            return ()
        fact = Fact(name, float(value), unit, FromRecord(RecordKind.WINDOW, "", ""))
        marked = " ".join(self._marked(fact))
        return tuple(dict.fromkeys(printed for _, printed in marked_facts(marked)))

    def _marked(self, fact: Fact) -> Iterator[str]:
        on_its_day = replace(self._voice, origin=fact.value) if fact.unit == TIME else self._voice
        yield on_its_day.figure(fact)
        if self._audience is not Audience.TEAM:
            yield from self._told_outside(fact)
            return
        if fact.unit == TIME:
            yield self._voice.when(fact)
        if fact.unit == Unit.SECONDS:
            yield self._voice.delay(fact)
            for seconds in sorted(self._lookbacks_seconds):
                yield self._voice.since_start(fact, seconds)
            yield self._voice.t_plus(fact)

    def _told_outside(self, fact: Fact) -> Iterator[str]:
        if fact.unit == TIME:
            yield self._voice.minute(fact)
            yield self._voice.minute(fact, on_day_of=fact)
        if fact.unit == Unit.SECONDS:
            yield self._voice.about(fact)
