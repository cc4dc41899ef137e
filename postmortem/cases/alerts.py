"""What a case's samples make of alerts: the rules' lives, lived through by the incident half in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from alerts import events
from alerts import storage_incidents as rows
from alerts.api_models import event_json, incident_json
from alerts.app import Alerts
from alerts.backtest.evaluated import evaluated
from alerts.backtest.files import Alerts as Rules
from alerts.backtest.intervals import DEFAULT_SECONDS, with_interval
from alerts.ci.casebook import FiledCase
from alerts.ci.held import Unheld, held
from alerts.ci.verdict import PAGING, Expected
from alerts.config import AlertsConfig
from alerts.notify.message import Message, Receipt
from alerts.storage import Database
from collector.clock import ManualClock
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.rules.files import AlertingRule
from collector.sinks import rfc3339
from postmortem.records import Event, Incident

REPLAY = "replay"
STEP_SECONDS = 15.0  # how often alerts end and messages leave, as live rules page
_EVER_SECONDS = 90 * 86_400.0  # longer than any case: what fires at its end goes on
_MOST_INCIDENTS = 1000


@dataclass(frozen=True)
class Firing:
    """One life of an alert in Alertmanager's words; it ends by itself. Unix seconds."""

    at: float
    postable: dict[str, object]


@dataclass(frozen=True)
class Replayed:
    """What the rules would have made of it: incidents with the events of each, in their order."""

    incidents: tuple[tuple[Incident, tuple[Event, ...]], ...]
    unheld: tuple[Unheld, ...]

    def chosen(self, onset: float) -> tuple[Incident, tuple[Event, ...]] | None:
        """The first that pages and lasts past the onset, else the first that does; None without any."""
        lasting = [one for one in self.incidents if one[0].resolved_at is None or one[0].resolved_at >= onset]
        return min(lasting, key=lambda one: (one[0].paged_at is None, one[0].started_at), default=None)


class _Heard:
    """A channel that takes every message: of a page it is known when it would have left."""

    name = REPLAY
    wakes_people = True
    pace_seconds = 0.0
    keeps_groups = False

    def send(self, message: Message, receipt: Receipt | None) -> Receipt | None:
        """Nobody hears it: what is behind a replay is over."""


def replay_alerts(
    case: FiledCase,
    samples: MemoryStore,
    rules: Rules,
    depends_on: Mapping[str, Collection[str]],
    zone: ZoneInfo,
) -> Replayed:
    """The incidents that these rules would have opened on the case's samples.

    depends_on: for each service, what it stands on: alerts of related services join one incident.
    zone: of the incidents' ids.

    Raises:
        BacktestError: for rules that cannot be replayed.
    """
    groups = with_interval(rules.groups, case.evaluation_seconds or DEFAULT_SECONDS)
    able = held(groups, samples, case.frozen_with, PAGING)
    expected = case.expected
    histories = evaluated(able.groups, samples, expected.start, expected.end).histories
    firings = [
        Firing(life.firing_at, _postable(history.rule, labels, life.firing_at, life.resolved_at))
        for history in histories
        for labels, lives in history.lives.items()
        for life in lives
        if life.firing_at is not None and expected.start <= life.firing_at <= expected.end
    ]
    return Replayed(tuple(_lived(firings, expected, depends_on, zone)), able.unheld)


def _postable(
    rule: AlertingRule, labels: Labels, fired_at: float, resolved_at: float | None
) -> dict[str, object]:
    """The subject says what it is about; texts that templates make of values are left out."""
    plain = {name: text for name, text in rule.annotations.items() if "{{" not in text}
    subjects = {
        name.replace("subject", "summary"): text for name, text in plain.items() if name.startswith("subject")
    }
    return {
        "labels": dict(labels.pairs),
        "annotations": {**subjects, **plain},
        "startsAt": rfc3339(fired_at),
        "endsAt": rfc3339(fired_at + _EVER_SECONDS if resolved_at is None else resolved_at),
        "generatorURL": f"/graph?g0.expr={quote(rule.expr, safe='')}",
    }


def _lived(
    firings: Sequence[Firing], expected: Expected, depends_on: Mapping[str, Collection[str]], zone: ZoneInfo
) -> list[tuple[Incident, tuple[Event, ...]]]:
    """The real thing on a clock of its own: step by step, as alerts come and messages leave."""
    clock = ManualClock(expected.start)
    config = AlertsConfig(database="sqlite://", timezone=zone.key)
    alerts = Alerts(
        config,
        Path(),
        clock=clock,
        slos_provider=list,
        signals_provider=dict,
        depends_on=depends_on,
        notifiers=[_Heard()],
    )
    waiting = sorted(firings, key=lambda firing: firing.at)
    try:
        while clock.at <= expected.end:
            due = [firing.postable for firing in waiting if firing.at <= clock.at]
            waiting = waiting[len(due) :]
            if due:
                alerts.send(due, clock.at)
            alerts.step()
            clock.advance(STEP_SECONDS)
        return _recorded(alerts.database)
    finally:
        alerts.database.close()


def _recorded(database: Database) -> list[tuple[Incident, tuple[Event, ...]]]:
    found = []
    with database.read() as connection:
        for incident in rows.listed(connection, (), _MOST_INCIDENTS):
            mapping = incident_json(incident, rows.alerts_of(connection, incident.id), ())
            told = events.select(connection, incident=incident.id)
            made = tuple(Event.model_validate(event_json(event)) for event in told)
            found.append((Incident.model_validate(mapping), made))
    return found
