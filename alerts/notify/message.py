"""What every channel is given to say, and what a channel is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from alerts.events import Event
from alerts.group import Occasion
from alerts.incidents import Incident
from alerts.storage_incidents import AlertRecord

Receipt = Mapping[str, str]


class Withheld(StrEnum):
    """Why a channel said nothing though nothing failed."""

    MUTED = "muted"  # alerts fire, and all of them are silenced


@dataclass(frozen=True)
class Message:
    """An incident as it is now, and what is new about it.

    news: events that no earlier message on this channel told.
    changes: deploys and switches shortly before it began.
    silenced: fingerprints of alerts that are evidence only.
    rang: the fingerprint of the alert that this page is for.
    runs_out: by ``Alert.subject``, when a budget is gone by the traffic that is usual at each hour.
    is_recorded: False when the store cannot keep the incident: it has no page, and no button acts on it.
    """

    occasion: Occasion
    incident: Incident
    alerts: tuple[AlertRecord, ...]
    at: float
    news: tuple[Event, ...] = ()
    changes: tuple[Event, ...] = ()
    silenced: frozenset[str] = frozenset()
    acknowledged_by: str = ""
    rang: str = ""
    runs_out: Mapping[tuple[str, str], float] = field(default_factory=dict)
    shadow: bool = False
    is_recorded: bool = True


@dataclass(frozen=True)
class Style:
    """In whose words and hours messages speak, and where their links lead."""

    language: str = "en"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    base_url: str = ""


class Notifier(Protocol):
    """A channel.

    pace_seconds: the least time between two messages that it stands.
    keeps_groups: what is behind it takes a group of alerts as firing until it is told their end.
    """

    @property
    def name(self) -> str: ...

    @property
    def wakes_people(self) -> bool: ...

    @property
    def pace_seconds(self) -> float: ...

    @property
    def keeps_groups(self) -> bool: ...

    def send(self, message: Message, receipt: Receipt | None) -> Receipt | Withheld | None:
        """Says it, over the earlier message that ``receipt`` stands for if there is one.

        A receipt or None: it arrived. Withheld: nobody heard it.

        Raises:
            DeliveryError: when it did not arrive; ``retryable`` when another attempt may succeed.
        """
        ...
