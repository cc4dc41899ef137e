"""The timeline as a reader wants it: what happened to alerts by name, one page to several channels as one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alerts.action_items import Change
from alerts.events import FIRELINE, Event, Kind
from dashboards.web.words import say

ONE_MOMENT_SECONDS = 1.0  # channels are told on threads of their own, which look twice a second
RECOVERED = "alert resolved"
# By the transition of a note that Fireline wrote: the key of its word, and how it looks.
_TURNS = {
    "join": ("turn_fires", "fires"),
    "escalate": ("turn_rings", "fires"),
    "de-escalate": ("turn_eases", "recovered"),
    "reopen": ("turn_back", "fires"),
    "fires again": ("turn_again", "fires"),
    "no longer silenced": ("turn_unsilenced", "fires"),
    RECOVERED: ("turn_recovered", "recovered"),
    "undelivered": ("kind_note", "undelivered"),
}


@dataclass(frozen=True)
class Entry:
    """A row of the timeline. ``channels``: those that a page went to."""

    event: Event
    channels: tuple[str, ...] = ()

    @property
    def look(self) -> str:
        """The class that gives it its colour."""
        return self._turn[1]

    @property
    def _turn(self) -> tuple[str, str]:
        kind = str(self.event.kind)
        plain = (f"kind_{kind}", kind)
        if self.event.kind is not Kind.NOTE or self.event.author != FIRELINE:
            return plain
        return _TURNS.get(str(self.event.attributes.get("transition")), plain)

    def head(self, language: str) -> str:
        """What kind of thing happened; of a page also where it went."""
        word = say(language, self._turn[0])
        return f"{word}: {', '.join(self.channels)}" if self.channels else word

    def words(self, language: str) -> str:
        """What it says; of an end what it is the end of, as the figures of the beginning are past."""
        is_end = self.event.attributes.get("transition") == RECOVERED
        subject = self.event.attributes.get(f"subject_{language}") if is_end else None
        return str(subject or self.event.words(language))

    def label(self, language: str) -> str:
        """In one line, for a chart."""
        words = self.words(language)
        return f"{self.head(language)} · {words}" if self.channels else words


def timeline(events: Sequence[Event]) -> list[Entry]:
    """An entry for each event, in their order, but one for the channels that told one page at one moment."""
    entries: list[Entry] = []
    for event in events:
        if event.attributes.get("change") == Change.REMINDED and event.kind is Kind.ACTION:
            continue  # a row a day would bury the rest
        if event.kind is not Kind.PAGED:
            entries.append(Entry(event))
            continue
        channel = str(event.attributes.get("channel") or "")
        fits = [number for number, entry in enumerate(entries) if _is_same_page(entry, event)]
        if fits:
            same = entries[fits[-1]]
            entries[fits[-1]] = replace(same, channels=(*same.channels, *filter(None, (channel,))))
        else:
            entries.append(Entry(event, (channel,) if channel else ()))
    return entries


def _is_same_page(entry: Entry, event: Event) -> bool:
    first = entry.event
    return (
        first.kind is event.kind
        and event.at - first.at <= ONE_MOMENT_SECONDS
        and first.attributes.get("alert") == event.attributes.get("alert")
        and first.attributes.get("shadow") == event.attributes.get("shadow")
    )
