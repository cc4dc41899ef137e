"""How a report speaks: one language, one time zone, one origin of T+ times."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from alerts.charts.model import Language, Unit
from alerts.charts.quantities import (
    NO_DATA,
    format_clock,
    format_date,
    format_moment,
    format_quantity,
    format_seconds,
    is_shifting,
    zone_name,
)
from collector.durations import parse_duration
from postmortem.document import Text
from postmortem.evidence import Subject
from postmortem.facts import DATE, TIME, Fact, sources_of
from postmortem.marks import mark
from postmortem.records import Alert, Event, SloRecord
from postmortem.turning_points.turns import Shift
from postmortem.words.catalogue import Catalogue
from postmortem.words.headline import headline

_ALARMS = {"detected", "paged"}  # their texts are messages to people, in whole sentences


@dataclass(frozen=True)
class Voice:
    """told: the time that is told of, from and to: where clocks change in it, each time says by which."""

    catalogue: Catalogue
    zone: ZoneInfo
    origin: float
    told: tuple[float, float] = (0.0, 0.0)

    @property
    def language(self) -> Language:
        return self.catalogue.language

    @property
    def zone_name(self) -> str:
        return self.zone.key if self._is_shifting else zone_name(self.origin, self.zone)

    @property
    def _is_shifting(self) -> bool:
        return is_shifting(*self.told, self.zone)

    def _zoned(self, text: str, at: float) -> str:
        return f"{text} {zone_name(at, self.zone)}" if self._is_shifting else text

    def say(self, key: str, **values: object) -> str:
        return self.catalogue.say(key, **values)

    def blank(self, key: str, **values: object) -> str:
        """A mark for what only a person can know."""
        return self.say("blank", what=self.say(key, **values))

    @property
    def blank_marks(self) -> tuple[str, str]:
        """What a blank begins and ends with."""
        return self.say("blank", what="").split(":")[0], self.say("blank_close")

    def figure(self, fact: Fact | None) -> str:
        """A fact's value as text, marked as its; a dash where there is none.

        A moment has its date unless that is the origin's, which a report tells with its own.
        """
        if fact is None:
            return NO_DATA
        if fact.unit == TIME:
            is_same_day = format_date(fact.value, self.zone) == format_date(self.origin, self.zone)
            return mark(self.clock(fact.value), fact.id) if is_same_day else self.when(fact)
        if fact.unit == DATE:
            return mark(datetime.fromtimestamp(fact.value, UTC).date().isoformat(), fact.id)
        return mark(format_quantity(fact.value, Unit(fact.unit), self.language), fact.id)

    def when(self, fact: Fact) -> str:
        """A moment with its date."""
        return mark(self.moment(fact.value), fact.id)

    def minute(self, fact: Fact, *, on_day_of: Fact | None = None) -> str:
        """A moment to the minute, as people outside are told it; without its date on the day of another."""
        at, day = fact.value, self.day(fact)
        clock = self._zoned(format_clock(at, self.zone, with_seconds=False), at)
        is_same_day = on_day_of is not None and self.day(on_day_of) == day
        return mark(clock if is_same_day else f"{day} {clock}", fact.id)

    def day(self, fact: Fact) -> str:
        return format_date(fact.value, self.zone)

    def about(self, fact: Fact) -> str:
        """A time between two moments to the minute."""
        minutes = round(fact.value / 60)
        text = (
            self.say("about", duration=self.seconds(60 * minutes)) if minutes else self.say("under_a_minute")
        )
        return mark(text, fact.id)

    def clock(self, at: float) -> str:
        return self._zoned(format_clock(at, self.zone), at)

    def moment(self, at: float) -> str:
        return self._zoned(format_moment(at, self.zone), at)

    def window(self, duration: str) -> str:
        """A Prometheus duration in words."""
        return self.seconds(parse_duration(duration))

    def seconds(self, seconds: float) -> str:
        return format_seconds(seconds, self.language)

    def delay(self, fact: Fact) -> str:
        """A time between two moments: nobody counts their fractions of a second."""
        size = abs(fact.value)
        return mark(self.seconds(round(size)) if size >= 1 else self.say("under_a_second"), fact.id)

    def since_start(self, fact: Fact, uncertainty: float) -> str:
        """A delay since a start that may have been found late by as much as ``uncertainty``."""
        if abs(fact.value) >= uncertainty:
            return self.delay(fact)
        first, last = round(max(fact.value, 0.0)), round(fact.value + uncertainty)
        if last < 60:
            return mark(self.say("range_seconds", first=first, last=last), fact.id)
        low = self.seconds(first) if first else self.say("zero_seconds")
        return mark(self.say("range", first=low, last=self.seconds(last)), fact.id)

    def t_plus(self, fact: Fact) -> str:
        """Time since the origin: T+1m20s, T-30s."""
        rest = round(abs(fact.value))
        sign = "-" if fact.value < 0 and rest else "+"
        minutes, seconds = divmod(rest, 60)
        hours, minutes = divmod(minutes, 60)
        if hours:
            return mark(f"T{sign}{hours}h{minutes:02d}m", fact.id)
        return mark(f"T{sign}{minutes}m{seconds:02d}s" if minutes else f"T{sign}{seconds}s", fact.id)

    def listed(self, parts: Iterable[str]) -> str:
        return self.say("list_separator").join(parts)

    def clauses(self, parts: Iterable[str]) -> str:
        return self.say("clause_separator").join(parts)

    def subject(self, subject: Subject) -> str:
        """What the series is, in words: a signal's title, or the share that missed a quoted objective."""
        if subject.slo is None:
            return subject.signal.titled(self.language)
        return self.bad_share(subject.slo)

    def bad_share(self, slo: SloRecord) -> str:
        title = slo.titled(self.language)
        if slo.threshold_seconds is None:
            return self.say("subject.failed", title=title)
        return self.say("subject.slow", title=title)

    def verb(self, shift: Shift, *, asked: bool = False) -> str:
        """Rose or fell, in the word that suits the unit; ``asked``: as a question says it."""
        return self.way(shift.subject, rises=shift.rises, asked=asked)

    def way(self, subject: Subject, *, rises: bool, asked: bool = False) -> str:
        """The same of any change of a series."""
        counts = subject.signal.unit in {Unit.PER_SECOND, Unit.COUNT, Unit.KRW}
        way = ("more" if rises else "less") if counts else ("up" if rises else "down")
        return self.say(f"verb.{way}.asked" if asked else f"verb.{way}")

    def move(self, shift: Shift, row_at: float | None = None) -> str:
        """How a series went, from the level before to its worst, and when that was.

        In a row of the timeline that begins at ``row_at``, also since when, where that is later.
        """
        later = row_at is not None and shift.onset.value > row_at
        return self.say(
            "timeline.onset",
            name=self.subject(shift.subject),
            before=self.figure(shift.before),
            peak=self.figure(shift.peak),
            verb=self.verb(shift),
            since=self.say("timeline.since", at=self.figure(shift.onset)) if later else "",
            extreme=self.say("highest" if shift.rises else "lowest"),
            at=self.figure(shift.peak_at),
        )

    def alert(self, alert: Alert) -> str:
        """An alert by its objective or guardrail, tier and severity."""
        name = alert.labels.get("slo") or alert.labels.get("guardrail") or alert.name
        details = self.listed(x for x in (alert.labels.get("tier", ""), alert.severity) if x)
        return f"`{name}`({details})" if self.language is Language.KO else f"`{name}` ({details})"

    def words(self, event: Event) -> str:
        """What an event says, in this language where it was given."""
        return str(event.attributes.get(f"text_{self.language}") or event.text)

    def event(self, event: Event) -> str:
        """An event's own words; a switch by its name and state."""
        text = self.words(event)
        if event.kind in _ALARMS:
            text = headline(text, self.language)
        switch = event.attributes.get("switch")
        if event.kind == "switch" and switch and isinstance(event.attributes.get("to"), bool):
            state = "on" if event.attributes["to"] else "off"
            return self.say(f"event.switch_{state}", name=f"`{switch}`")
        if event.kind == "fault" and event.attributes.get("phase") == "healed" and text:
            return self.say("event.healed", text=text)
        kind = event.kind if f"event.{event.kind}" in self.catalogue.messages else "note"
        return self.say(f"event.{kind}", text=text) if text else self.say(f"event.{kind}.bare")


def cite(text: str, *facts: Fact | None) -> Text:
    """A text with the sources of the figures in it."""
    known = [fact for fact in facts if fact is not None]
    return Text(text, tuple(dict.fromkeys(ref for fact in known for ref in sources_of(fact))))
