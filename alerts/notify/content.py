"""What a message says, as short lines that every channel lays out in its own way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.events import FIRELINE, UNKNOWN, Event
from alerts.incidents import State
from alerts.notify.message import Message, Style
from alerts.notify.words import elapsed, kind_word, say
from alerts.receive import Alert, Severity
from alerts.storage_incidents import AlertRecord, firing_severity

MOST_LINES = 6


@dataclass(frozen=True)
class Content:
    """icon, word: the severity, never by colour alone. facts: services, since when, in whose hands."""

    icon: str
    word: str
    title: str
    incident_id: str
    facts: tuple[str, ...]
    failing: tuple[str, ...]
    evidence: tuple[str, ...]
    changes: tuple[str, ...]
    news: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    takes_acts: bool

    @property
    def headline(self) -> str:
        return f"{self.icon} {self.word}  {self.title}"


def write(message: Message, style: Style) -> Content:
    """The message in words."""
    pen = _Pen(message, style)
    icon, word = pen.severity()
    slos = [record for record in message.alerts if not record.alert.is_guardrail]
    guardrails = [record for record in message.alerts if record.alert.is_guardrail]
    return Content(
        icon=icon,
        word=word,
        title=message.incident.titled(style.language),
        incident_id=message.incident.id,
        facts=pen.facts(),
        failing=pen.alert_lines(slos),
        evidence=pen.alert_lines(guardrails),
        changes=pen.capped([pen.event_line(event) for event in message.changes]),
        news=pen.news(),
        links=pen.links(),
        takes_acts=message.is_recorded and not message.incident.is_resolved,
    )


class _Pen:
    def __init__(self, message: Message, style: Style) -> None:
        self._message = message
        self._incident = message.incident
        self._style = style
        self._language = style.language
        loud = {message.incident.headline, message.rang}
        self._loud = {r.alert.subject for r in message.alerts if r.alert.fingerprint in loud}

    def severity(self) -> tuple[str, str]:
        """Shadow is the first word that is read: a page that woke nobody must not look like one that did."""
        incident, language = self._incident, self._language
        if incident.is_resolved:
            icon, word = "✅", say(language, "resolved")
        elif incident.severity is Severity.TICKET:
            icon, word = "🟡", say(language, "ticket")
        elif (firing := firing_severity(self._message.alerts)) is not Severity.PAGE:
            icon, word = "🟡", say(language, "was_page" if firing else "was_page_quiet")
        elif incident.state is State.ACKNOWLEDGED:
            icon, word = "🟠", say(language, "acknowledged")
        else:
            icon, word = "🔴", say(language, "page")
        return icon, f"{say(language, 'shadow')} {word}" if self._message.shadow else word

    def facts(self) -> tuple[str, ...]:
        hands = () if self._incident.is_resolved else (self._hands(),)
        note = (say(self._language, "shadow_note"),) if self._message.shadow else ()
        return (", ".join(self._incident.services), self._span(), *hands, *note)

    def _span(self) -> str:
        start, end = self._incident.started_at, self._incident.resolved_at
        duration = elapsed((self._message.at if end is None else end) - start, self._language)
        if end is None:
            return say(self._language, "since", start=self.time(start, zone=True), elapsed=duration)
        times = {"start": self.time(start), "end": self.time(end, zone=True)}
        return say(self._language, "lasted", elapsed=duration, **times)

    def _hands(self) -> str:
        taken_at = self._incident.acknowledged_at
        if taken_at is None:
            return say(self._language, "unacknowledged")
        author = self._author_name(self._message.acknowledged_by)
        return say(self._language, "acknowledged_by", author=author, at=self.time(taken_at))

    def _author_name(self, author: str) -> str:
        return say(self._language, "unknown") if author in {"", UNKNOWN} else author

    def time(self, at: float, *, zone: bool = False) -> str:
        """The time of day, with the date when it is not today's."""
        moment = datetime.fromtimestamp(at, self._style.zone)
        today = datetime.fromtimestamp(self._message.at, self._style.zone).date()
        pattern = "%H:%M:%S" if moment.date() == today else "%Y-%m-%d %H:%M:%S"
        return moment.strftime(f"{pattern} %Z" if zone else pattern)

    def alert_lines(self, records: list[AlertRecord]) -> tuple[str, ...]:
        """One line for each thing that is off, the worst first."""
        told: dict[tuple[str, str], AlertRecord] = {}
        for record in sorted(records, key=self._worst_first):
            told.setdefault(record.alert.subject, record)
        return self.capped([self._alert_line(record) for record in told.values()])

    def _worst_first(self, record: AlertRecord) -> tuple[bool, bool, bool, float]:
        alert = record.alert
        rang = alert.fingerprint == self._message.rang
        return (not record.firing, alert.severity is not Severity.PAGE, not rang, alert.starts_at)

    def _alert_line(self, record: AlertRecord) -> str:
        alert, language = record.alert, self._language
        text = self._alert_text(alert)
        if not record.firing:
            text = alert.text("subject", language) or text
            return f"✓ {text} ({say(language, 'recovered', at=self.time(alert.ends_at))})"
        text = self._with_outlook(alert, text)
        return (
            f"{text} ({say(language, 'silenced')})" if alert.fingerprint in self._message.silenced else text
        )

    def _with_outlook(self, alert: Alert, text: str) -> str:
        """Beside "at this pace" of the rule's own text, which any Prometheus fills in: nights are no days."""
        at = self._message.runs_out.get(alert.subject)
        if at is None or alert.subject not in self._loud:
            return text
        left = elapsed(at - self._message.at, self._language)
        outlook = say(self._language, "runs_out", left=left, at=self.time(at, zone=True))
        return f"{text.rstrip('.')}. {outlook}"

    def _alert_text(self, alert: Alert) -> str:
        """The summary; of what the title is of and of what rang also the description.

        By their labels: two objectives may bear one name. What the title says is not said again.
        """
        summary = alert.title(self._language)
        if alert.subject not in self._loud:
            return " ".join(summary.split())
        said = summary == self._incident.titled(self._language)
        parts = ("" if said else summary.rstrip("."), alert.text("description", self._language))
        return " ".join(". ".join(filter(None, parts)).split()) or summary

    def news(self) -> tuple[str, ...]:
        """A line for each thing that happened; what happened to one alert again is said once, at its last."""
        told: dict[object, tuple[Event, int]] = {}
        for event in self._message.news:
            alert = event.attributes.get("alert")
            what = (event.kind, event.attributes.get("transition"), str(alert)) if alert else event.id
            _, count = told.pop(what, (event, 0))
            told[what] = (event, count + 1)
        return tuple(
            self.event_line(event) + (f" ×{count}" if count > 1 else "") for event, count in told.values()
        )

    def event_line(self, event: Event) -> str:
        word = kind_word(self._language, str(event.attributes.get("transition") or event.kind))
        own = event.source == "alerts" and event.author == FIRELINE
        author = "" if own else f" ({self._author_name(event.author)})"
        where = f" {event.service}" if event.service and event.source != "alerts" else ""
        text = self._event_text(event)
        said = "" if text in {"", word} else f": {text}"
        return f"{self.time(event.at)}  {word}{where}{said}{author}"

    def _event_text(self, event: Event) -> str:
        """With the tier, by which the alerts of one SLO differ; an end names what it is the end of."""
        attributes, text = event.attributes, event.words(self._language)
        if attributes.get("transition") == "alert resolved":
            text = str(attributes.get(f"subject_{self._language}") or text)
        labels = attributes.get("labels")
        tier = labels.get("tier") if isinstance(labels, Mapping) else None
        text = " ".join(text.split())
        return f"{text} ({tier})" if tier else text

    def capped(self, lines: list[str]) -> tuple[str, ...]:
        if len(lines) <= MOST_LINES:
            return tuple(lines)
        return (*lines[: MOST_LINES - 1], say(self._language, "more", count=len(lines) - MOST_LINES + 1))

    def links(self) -> tuple[tuple[str, str], ...]:
        base, language = self._style.base_url, self._language
        page = (
            [(say(language, "open"), f"{base}/incidents/{self._incident.id}")]
            if base and self._message.is_recorded
            else []
        )
        firing = sorted(self._message.alerts, key=self._worst_first)
        for key in ("runbook_url", "dashboard_url"):
            label = say(language, "runbook" if key == "runbook_url" else "dashboard")
            url = next((r.alert.annotations[key] for r in firing if r.alert.annotations.get(key)), "")
            page += [(label, url)] if url else []
        return tuple(page)
