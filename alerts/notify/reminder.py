"""What a reminder of action items says: about what follows an incident, whatever state that is in."""

from dataclasses import dataclass

from alerts.action_items import Change
from alerts.events import Event
from alerts.notify.message import Message, Style
from alerts.notify.words import say


@dataclass(frozen=True)
class ReminderContent:
    """lines: one for each item. link: to the incident's page; empty without an address."""

    headline: str
    lines: tuple[str, ...]
    link: str


def write_reminder(message: Message, style: Style) -> ReminderContent:
    """The headline names the incident."""
    incident, language = message.incident, style.language
    shadow = f"{say(language, 'shadow')} " if message.shadow else ""
    headline = f"{shadow}{say(language, 'reminder')}  {incident.id} · {incident.titled(language)}"
    lines = tuple(" ".join(event.words(language).split()) for event in message.news)
    link = f"{style.base_url}/incidents/{incident.id}" if style.base_url else ""
    return ReminderContent(headline, lines, link)


def is_settled(event: Event) -> bool:
    """Whether it tells the end of an item, and not its date."""
    return event.attributes.get("change") in {Change.DONE, Change.DROPPED}
