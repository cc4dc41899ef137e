"""A whole incident half on a manual clock, with a notifier that remembers."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from alerts import events, outbox
from alerts import storage_incidents as rows
from alerts.app import Alerts
from alerts.budget.account import Account
from alerts.config import AlertsConfig, parse_config
from alerts.events import Event, Kind, NewEvent
from alerts.incidents import Incident
from alerts.notify.message import Message, Receipt
from alerts.receive import format_time
from collector.clock import ManualClock
from tests.incident_store import put_empty_store

NOON = 1756861500.0  # 2025-09-03 10:05:00 KST
DEPENDS_ON = {"product": ["redis", "replica"], "order": ["product", "primary"], "mail": ["smtp"]}


class FakeNotifier:
    """Remembers what it was given; fails as often as it is told to."""

    wakes_people = True

    def __init__(self, name: str = "fake", pace_seconds: float = 0.0, *, keeps_groups: bool = False) -> None:
        self.keeps_groups = keeps_groups
        self.name = name
        self.pace_seconds = pace_seconds
        self.sent: list[tuple[Message, Receipt | None]] = []
        self.failures: list[Exception] = []

    def send(self, message: Message, receipt: Receipt | None) -> Receipt | None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((message, receipt))
        return {"ts": str(len(self.sent))}

    @property
    def occasions(self) -> list[str]:
        return [str(message.occasion) for message, _ in self.sent]


class World:
    """Alerts on a manual clock; ``fire`` and ``end`` send one alert, ``pass_time`` lets the loops run."""

    def __init__(self, folder: Path, raw: Mapping[str, object], notifiers: tuple[Any, ...]) -> None:
        self.folder = folder
        self.clock = ManualClock(NOON)
        self.config: AlertsConfig = parse_config({"timezone": "Asia/Seoul", **raw})
        self.notifiers = notifiers
        self.accounts: list[Account] = []
        self.app = self.open()

    def open(self) -> Alerts:
        """Another process on the same folder."""
        return Alerts(
            self.config,
            self.folder,
            clock=self.clock,
            slos_provider=lambda: [{"name": "order-availability"}],
            signals_provider=lambda: {"version": 1},
            depends_on=DEPENDS_ON,
            notifiers=self.notifiers,
            accounts=lambda: self.accounts,
            candidates=lambda: ("cache.emptied", "replica.saturated"),
        )

    @property
    def sent(self) -> list[str]:
        return self.notifiers[0].occasions

    def alert(self, name: str, service: str, severity: str = "page", **more: Any) -> dict[str, Any]:
        annotations = {"summary": f"{name} summary", **more.pop("annotations", {})}
        times = {key: format_time(more.pop(key)) for key in ("startsAt", "endsAt") if key in more}
        labels = {"alertname": name, "service": service, "severity": severity, **more}
        return {"labels": labels, "annotations": annotations, **times}

    def fire(self, name: str, service: str, severity: str = "page", **more: Any) -> None:
        self.app.send([self.alert(name, service, severity, startsAt=more.pop("startsAt", NOON), **more)])

    def end(self, name: str, service: str, severity: str = "page", **more: Any) -> None:
        times = {"startsAt": NOON, "endsAt": self.clock.now()}
        self.app.send([self.alert(name, service, severity, **times, **more)])

    def pass_time(self, seconds: float = 0.0) -> None:
        self.clock.advance(seconds)
        self.app.step()

    def record(self, kind: Kind, service: str | None = None, **more: Any) -> Event:
        now = self.clock.now()
        fact = NewEvent(
            more.pop("at", now), kind, more.pop("text", str(kind)), service, source="shop", **more
        )
        return self.app.response.record(fact, now)

    def incidents(self) -> list[Incident]:
        with self.app.database.read() as connection:
            return rows.listed(connection)[::-1]

    def events(self, *kinds: Kind) -> list[Event]:
        with self.app.database.read() as connection:
            return events.select(connection, kinds=kinds)

    def postings(self) -> list[outbox.Posting]:
        with self.app.database.read() as connection:
            return outbox.select(connection)


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(*notifiers: Any, **raw: object) -> World:
        put_empty_store(tmp_path)
        made.append(World(tmp_path, raw, notifiers or (FakeNotifier(),)))
        return made[-1]

    yield make
    for world in made:
        world.app.stop()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


@pytest.fixture
def fake_notifier() -> type[FakeNotifier]:
    return FakeNotifier
