"""Queued messages to their notifier: claimed, composed from what is true now, sent, settled."""

import logging
from dataclasses import dataclass

import sqlalchemy as sa

from alerts import events, outbox, silence
from alerts import storage_incidents as rows
from alerts.errors import DeliveryError
from alerts.events import Kind, NewEvent
from alerts.group import Occasion, Pause, retry_at
from alerts.incidents import Dependencies
from alerts.notify.message import Message, Notifier, Receipt, Withheld
from alerts.notify.words import say, texts
from alerts.outbox import Delivery, Posting, Turn
from alerts.outlook import Accounts, run_out_times
from alerts.storage import Database
from collector.clock import Clock

LEASE_SECONDS = 20.0  # longer than any notifier's own time-out
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Briefing:
    """What every message is told besides its incident."""

    dependencies: Dependencies
    language: str
    lookback_seconds: float
    shadow: bool
    accounts: Accounts

    def compose(self, connection: sa.Connection, posting: Posting, at: float) -> Message:
        """The incident as it is now: a message that waited tells no old news as new."""
        incident = rows.get(connection, posting.incident_id)
        alerts = tuple(rows.alerts_of(connection, incident.id))
        silences = silence.select(connection, ending_after=at)
        taken = events.select(connection, incident=incident.id, kinds=(Kind.ACKNOWLEDGED,))
        return Message(
            occasion=posting.occasion,
            incident=incident,
            alerts=alerts,
            at=at,
            news=tuple(events.select(connection, ids=posting.event_ids)),
            changes=tuple(
                events.changes_before(connection, incident, self.dependencies, self.lookback_seconds)
            ),
            silenced=frozenset(
                record.alert.fingerprint
                for record in alerts
                if silence.silenced_by(record.alert.labels, silences, at)
            ),
            acknowledged_by=taken[-1].author if taken else "",
            rang=(posting.alert or "") if posting.occasion is Occasion.PAGE else "",
            runs_out=run_out_times(self.accounts(), at),
            shadow=self.shadow,
        )


class Courier:
    """Delivers for one notifier, so that a slow channel delays no other.

    last_resort: tells a page that was given up; None where every page is told there anyway.
    """

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        briefing: Briefing,
        clock: Clock,
        *,
        longest_wait_seconds: float,
        last_resort: Notifier | None = None,
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._briefing = briefing
        self._clock = clock
        self._last_resort = last_resort
        self._longest_wait_seconds = longest_wait_seconds
        self._pause = Pause()
        self._last_unexpected = ""

    @property
    def name(self) -> str:
        return self._notifier.name

    def step(self) -> bool:
        """Sends what is due, at the pace that the channel stands; whether there was anything."""
        at = self._clock.now()
        if self._pause.holds(at):
            return False
        turn = Turn(self._notifier.name, at, LEASE_SECONDS, self._longest_wait_seconds)
        with self._database.read() as connection:
            if not outbox.any_due(connection, turn):
                return False
        posting = self._database.change(lambda connection: outbox.claim(connection, turn))
        if posting is None:
            return False
        self._deliver(posting)
        return True

    def _deliver(self, posting: Posting) -> None:
        handed_at = self._clock.now()
        with self._database.read() as connection:
            message = self._briefing.compose(connection, posting, handed_at)
            root = outbox.latest_receipt(connection, posting.incident_id, self._notifier.name)
        self._pause = Pause(handed_at, handed_at + self._notifier.pace_seconds)
        try:
            outcome = self._notifier.send(message, root)
        except DeliveryError as error:
            self._missed(posting, message, error)
        except Exception as error:  # noqa: BLE001  # whatever it is, the page is tried again or told elsewhere
            self._missed(posting, message, self._unexpected(error))
        else:
            if isinstance(outcome, Withheld):
                self._withheld(posting, message, outcome)
            else:
                self._sent(posting, message, outcome, handed_at)

    def _unexpected(self, error: Exception) -> DeliveryError:
        """Logs with its traceback what is not the same again."""
        text = f"{type(error).__name__}: {error}"
        if text != self._last_unexpected:
            log.error("%s: unexpected error in the notifier", self.name, exc_info=error)
        self._last_unexpected = text
        return DeliveryError(text, retryable=True)

    def _withheld(self, posting: Posting, message: Message, reason: Withheld) -> None:
        """What nobody heard counts as untold, so that it is told once its silence ends."""
        firing = {record.alert.fingerprint for record in message.alerts if record.firing}
        told = {str(event.attributes.get("alert")) for event in message.news}

        def record(connection: sa.Connection) -> None:
            if outbox.settle(connection, posting, Delivery.WITHDRAWN):
                rows.mark_untold(connection, posting.incident_id, told & firing & message.silenced)
                if posting.occasion is Occasion.PAGE:
                    rows.mark_unrung(connection, posting.incident_id)

        log.info("%s: not sent: %s", posting.key, reason)
        self._database.change(record)

    def _sent(self, posting: Posting, message: Message, receipt: Receipt | None, at: float) -> None:
        def record(connection: sa.Connection) -> bool:
            mine = outbox.settle(connection, posting, Delivery.SENT, sent_at=at, receipt=receipt)
            if mine and posting.occasion is Occasion.PAGE:
                self._paged(connection, posting, message, at)
            return mine

        if not self._database.change(record):
            log.warning("%s: sent after its claim had run out: it may arrive twice", posting.key)

    def _paged(self, connection: sa.Connection, posting: Posting, message: Message, at: float) -> None:
        alert = next((r.alert for r in message.alerts if r.alert.fingerprint == posting.alert), None)
        attributes = {
            "channel": posting.notifier,
            "alert": posting.alert,
            "alertname": alert.name if alert else "",
            "labels": dict(alert.labels) if alert else {},
            "attempts": posting.attempts,
            "shadow": message.shadow,
            **(alert.words() if alert else {}),
        }
        title = alert.title(self._briefing.language) if alert else message.incident.title
        service = alert.service if alert else None
        fact = NewEvent(at, Kind.PAGED, title, service, posting.incident_id, attributes=attributes)
        events.append(connection, fact, self._clock.now())
        rows.mark_paged(connection, posting.incident_id, at)

    def _missed(self, posting: Posting, message: Message, error: DeliveryError) -> None:
        at = self._clock.now()
        again = retry_at(posting.occasion, posting.attempts, at, error.retry_after_seconds)
        if error.pauses_channel:
            self._pause = Pause(at, max(self._pause.until, again))
        if error.retryable and at < posting.deadline_at:
            again = min(again, posting.deadline_at)  # the last try is at the deadline, not a wait before it
            log.warning(
                "%s: attempt %d failed, again in %.0f s: %s", posting.key, posting.attempts, again - at, error
            )
            self._database.change(
                lambda c: outbox.settle(c, posting, Delivery.PENDING, due=again, error=str(error))
            )
        else:
            log.error("%s: given up after %d attempts: %s", posting.key, posting.attempts, error)
            # Told before it is settled: who dies in between tells it twice, not never.
            if posting.occasion is Occasion.PAGE and self._last_resort is not None:
                self._tell_elsewhere(self._last_resort, posting, message)
            self._database.change(lambda c: self._give_up(c, posting, str(error), at))

    @staticmethod
    def _tell_elsewhere(last_resort: Notifier, posting: Posting, message: Message) -> None:
        try:
            last_resort.send(message, None)
        except Exception:  # a console that is gone must not keep the message from being settled
            log.exception("%s: the last resort failed as well", posting.key)

    def _give_up(self, connection: sa.Connection, posting: Posting, error: str, at: float) -> None:
        """A message that will never arrive shows on the timeline, unless another worker holds it by now."""
        mine = outbox.settle(connection, posting, Delivery.FAILED, error=error)
        if mine:
            attributes = {
                "transition": "undelivered",
                "channel": posting.notifier,
                "occasion": str(posting.occasion),
                **texts("undelivered", channel=posting.notifier, error=error),
            }
            text = say(self._briefing.language, "undelivered", channel=posting.notifier, error=error)
            fact = NewEvent(at, Kind.NOTE, text, None, posting.incident_id, attributes=attributes)
            events.append(connection, fact, at)
