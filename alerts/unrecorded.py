"""Pages that the store cannot keep are told all the same: straight to the channels, with the reason."""

import logging
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from alerts import silence, unrecorded_groups
from alerts import storage_incidents as rows
from alerts.errors import DeliveryError, StorageError
from alerts.group import Occasion, Pause
from alerts.incidents import opened
from alerts.notify.message import Message, Notifier
from alerts.notify.words import say
from alerts.receive import LANGUAGES, Alert, Severity
from alerts.storage import Database
from alerts.storage_incidents import AlertRecord
from alerts.unrecorded_groups import Group

AGAIN_SECONDS = 4 * 3600.0
MOST_REMEMBERED = 10_000
MOST_WAITING = 20
MOST_SERVICES = 6
log = logging.getLogger(__name__)


def untold_pages(database: Database, alerts: Iterable[Alert], at: float) -> tuple[Alert, ...]:
    """The pages among alerts that fire, without those that the store knows to be silenced or told."""
    pages = tuple(alert for alert in alerts if alert.severity is Severity.PAGE and alert.firing(at))
    try:
        with database.read() as connection:
            silences = silence.select(connection, ending_after=at)
            told = _told_pages(connection, pages)
    except StorageError as error:
        log.warning("whether these pages were told already is not known: %s", error)
        return pages
    return tuple(
        page
        for page in pages
        if page.fingerprint not in told and not silence.silenced_by(page.labels, silences, at)
    )


def _told_pages(connection: sa.Connection, pages: Sequence[Alert]) -> frozenset[str]:
    latest = rows.latest_alerts(connection, [page.fingerprint for page in pages])
    told = {fingerprint: record for fingerprint, record in latest.items() if record.firing and record.told}
    homes = {record.incident_id for record in told.values() if record.incident_id is not None}
    paged = {each for each in homes if (home := rows.find(connection, each)) and home.paged_at is not None}
    return frozenset(fingerprint for fingerprint, record in told.items() if record.incident_id in paged)


def choose(
    told: Mapping[str, float], pages: Iterable[Alert], at: float
) -> tuple[tuple[Alert, ...], dict[str, float]]:
    """The pages to tell now, each at most once in four hours, and what counts as told from then on.

    told: when each fingerprint was told; the latest ten thousand are remembered.
    """
    lately = {fingerprint: then for fingerprint, then in told.items() if then > at - AGAIN_SECONDS}
    fresh = {page.fingerprint: page for page in pages if page.fingerprint not in lately}
    after = [*lately.items(), *((fingerprint, at) for fingerprint in fresh)]
    return tuple(fresh.values()), dict(after[-MOST_REMEMBERED:])


def compose(pages: Sequence[Alert], reason: str, language: str, at: float, *, shadow: bool) -> Message:
    """One message for all of them; the first to have begun gives its title and says why it is not kept."""
    noted = sorted((_noted(page, reason) for page in pages), key=lambda page: page.starts_at)
    services = tuple(dict.fromkeys(page.service for page in noted))[:MOST_SERVICES]
    incident = opened(f"unrecorded-{noted[0].fingerprint}", noted[0], at, language)
    return Message(
        occasion=Occasion.PAGE,
        incident=replace(incident, services=services),
        alerts=tuple(AlertRecord(0, page, None, firing=True, updated_at=at) for page in noted),
        at=at,
        shadow=shadow,
        is_recorded=False,
    )


def _noted(alert: Alert, reason: str) -> Alert:
    """With the reason before its description, so that every channel and whatever takes the webhook has it."""
    notes = {f"description_{each}": say(each, "unrecorded", reason=reason) for each in LANGUAGES}
    said = {key: f"{note} {alert.text('description', key[-2:])}".strip() for key, note in notes.items()}
    return replace(alert, annotations={**alert.annotations, "description": said["description_en"], **said})


class Herald:
    """Tells one channel, on a thread that calls ``step``; what did not arrive, when it is sent again."""

    def __init__(self, notifier: Notifier, language: str, *, shadow: bool) -> None:
        self._notifier = notifier
        self._language = language
        self._shadow = shadow
        self._lock = threading.Lock()
        self._told: dict[str, float] = {}
        self._waiting: deque[Message] = deque()
        self._endings: deque[Message] = deque()
        self._groups: dict[str, Group] = {}

    @property
    def name(self) -> str:
        return self._notifier.name

    def offer(self, pages: Sequence[Alert], reason: str, at: float) -> None:
        """Queues those that were not told lately; none while too much waits, as they are sent again."""
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                log.error("%s: %d pages that are not recorded wait untold", self.name, len(pages))
                return
            fresh, self._told = choose(self._told, pages, at)
            if fresh:
                message = compose(fresh, reason, self._language, at, shadow=self._shadow)
                self._waiting.append(message)
                self._open(message)

    def _open(self, message: Message) -> None:
        key = message.incident.id
        if self._notifier.keeps_groups:
            self._groups[key] = unrecorded_groups.opened_by(message, self._groups.get(key))

    def heard(self, alerts: Sequence[Alert], at: float, *, recorded: bool) -> None:
        """Alerts that came, and whether they are on record: the groups that they are in may be over."""
        with self._lock:
            for key, group in self._groups.items():
                self._groups[key] = unrecorded_groups.heard(group, alerts, at, recorded=recorded)

    def tick(self, at: float) -> None:
        """Queues the end of each group that is over, again until it arrives."""
        with self._lock:
            queued = {message.incident.id for message in self._endings}
            for key, before in tuple(self._groups.items()):
                self._groups[key] = group = unrecorded_groups.run_out(before, at)
                if unrecorded_groups.is_given_up(group, at):
                    log.error("%s: the end of %s did not arrive and is given up", self.name, key)
                    del self._groups[key]
                elif group.over_at is not None and not group.pause.holds(at) and key not in queued:
                    self._endings.append(unrecorded_groups.closing(group, at))
                    self._groups[key] = replace(group, pause=Pause(at, at + unrecorded_groups.AGAIN_SECONDS))

    def step(self) -> bool:
        """Sends one message. Says that there is no more, so that a channel gets two a second at most."""
        with self._lock:
            queue = self._waiting or self._endings  # pages first, so that no end overtakes its page
            message = queue.popleft() if queue else None
        if message is None:
            return False
        arrived = False
        try:
            self._notifier.send(message, None)
            arrived = True
        except DeliveryError as error:
            what = "the end of a page" if message.incident.is_resolved else "a page"
            log.error("%s: %s that is not recorded did not arrive: %s", self.name, what, error)  # noqa: TRY400  no bug
        finally:
            self._settle(message, arrived=arrived)
        return False

    def _settle(self, message: Message, *, arrived: bool) -> None:
        """A page that did not arrive, or has ended there, counts as untold; an end closes its group."""
        with self._lock:
            if arrived is not message.incident.is_resolved:
                return
            group = self._groups.get(message.incident.id)
            if arrived and group is not None and group.over_at is not None:
                del self._groups[message.incident.id]
            for record in message.alerts:
                self._told.pop(record.alert.fingerprint, None)
