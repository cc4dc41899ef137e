"""A control room on fixed readings and a real incident database, without a collector."""

import asyncio
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette

from alerts import events
from alerts import storage_incidents as rows
from alerts.budget.account import Account
from alerts.budget.forecast import Forecast
from alerts.budget.status import BudgetReason, BudgetState, BudgetStatus
from alerts.desk import Desk
from alerts.events import Kind, NewEvent
from alerts.group import Pace
from alerts.guardrails.spec import Guardrail
from alerts.incidents import Dependencies, Incident, Timing
from alerts.policy import load_policy
from alerts.receive import Alert, Severity
from alerts.response import Response
from alerts.signals import Signal, SignalMap
from alerts.slo import Sli, SliKind, Slo
from alerts.storage import open_database
from collector.clock import ManualClock
from collector.labels import Labels
from collector.series import Sample, Series
from dashboards.readings import GuardrailReading, Readings, SloReading, State, TargetReading
from dashboards.web.desk import IncidentDesk
from dashboards.web.pages import Pages, Room
from tests.incident_store import put_empty_store

AT = 1_756_861_500.0  # 2025-09-03 10:05:00 KST
BAD, ALL = "sum(increase(bad_total[$window]))", "sum(increase(all_total[$window]))"


@dataclass
class FakeQuerier:
    """Answers instant queries from a table, range queries with a ramp; ``failure`` is raised by both."""

    values: dict[str, float] = field(default_factory=dict)
    failure: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def instant(self, query, at):
        self.asked.append(query)
        if self.failure:
            raise self.failure
        return [Sample(Labels(), at, self.values[query])] if query in self.values else []

    def range(self, query, start, end, step_seconds):
        self.asked.append(query)
        if self.failure:
            raise self.failure
        times = np.arange(start, end + step_seconds / 2, step_seconds)
        return [Series(Labels(), times, np.linspace(0, 0.1, len(times)))]

    def series(self, matchers, start, end):
        return []


def slo(name="orders", **more):
    title = {"en": "Orders answered", "ko": "주문 성공"}
    return Slo(name, "order", 0.99, Sli(SliKind.AVAILABILITY, BAD, ALL), title=title, **more)


def reading(state="ok", left=0.83, rates=(0.5, 0.4, 0.3), gone_in=None, **more):
    windows = dict(zip((300.0, 3600.0, 21_600.0), rates, strict=True))
    state, reason = BudgetState(state), BudgetReason.WITHIN
    status = BudgetStatus(slo(**more), AT, state, reason, 0.0017, left, windows, 2.0, 17.0, 10_000.0)
    goes_on = None if gone_in is None else Forecast(AT + gone_in, 0.3, 3600.0, seasonal=True)
    return SloReading(status.slo, Account(status, 2_592_000.0, None, goes_on, 35.0, 432.0))


GUARDRAIL = Guardrail(
    "hit_ratio", {"en": "Hit ratio", "ko": "적중률"}, "product", "hits[$window]", "ratio", "below", limit=0.6
)
SIGNALS = SignalMap(
    {"order": ("redis",), "redis": (), "other": ()},
    (
        Signal("redis_errors", {"en": "Redis errors"}, "errors", "redis", "per_second", "down", "r[$window]"),
        Signal("order_rate", {"en": "Orders"}, "traffic", "order", "per_second", "none", "o[$window]"),
        Signal("other_rate", {"en": "Other"}, "traffic", "other", "per_second", "none", "x[$window]"),
    ),
)
TARGET = TargetReading("shop", "127.0.0.1:8000", State.UP, 0.012)
CALM = Readings(AT, (reading(),), (GuardrailReading(GUARDRAIL, State.OK, 0.86),), (TARGET,))


class Site:
    """The pages with everything under them in reach of a test."""

    def __init__(self, folder):
        self.readings, self.querier, self.clock = CALM, FakeQuerier(), ManualClock(AT)
        self.database = open_database(folder)
        timing, pace = Timing(reopen_seconds=600, calm_seconds=60), Pace(30, 15, 3600)
        desk = Desk(Dependencies({}), (), timing, pace, "en", ZoneInfo("Asia/Seoul"))
        self.room = Room(
            readings=lambda: self.readings,
            desk=IncidentDesk(self.database),
            responder=Response(self.database, desk),
            querier=self.querier,
            signals=SIGNALS,
            policies={"default": load_policy("default")},
            clock=self.clock,
            language="en",
            zone=ZoneInfo("Asia/Seoul"),
            url="http://here:9600",
        )
        pages = Pages(self.room)
        handlers = {404: pages.missing, Exception: pages.failed}
        self.app = Starlette(routes=pages.routes(), exception_handlers=handlers)

    def shows(self, **more):
        """Changes what the last look saw."""
        self.readings = replace(self.readings, **more)

    reading = staticmethod(reading)

    def get(self, path, accept="text/html"):
        return self.ask("GET", path, headers={"accept": accept})

    def ask(self, method, path, **more):
        async def answer():
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return await client.request(method, path, **more)

        return asyncio.run(answer())

    def html(self, path):
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def alert(self, connection, incident_id, at=AT, source="", **labels):
        named = {"alertname": "ErrorBudgetBurn", "service": "order", "slo": "orders", **labels}
        annotations = {"summary": f"burns ({labels.get('tier')})", "summary_ko": "타들어 갑니다"}
        rows.save_alert(
            connection, Alert(Labels(named), annotations, at, at + 300, source), incident_id, at, None
        )

    def incident(self, title="Orders fail", severity=Severity.PAGE, **more):
        incident = Incident("2025-09-03-1", title, severity, ("order",), AT - 60, AT - 30, **more)

        def write(connection):
            rows.insert(connection, incident)
            self.alert(connection, incident.id, tier="3d", severity="ticket")
            self.alert(connection, incident.id, tier="fast", severity="page")

        self.database.change(write)
        return incident

    def eases(self):
        """The incident's page ends, its ticket goes on."""

        def write(connection):
            for known in rows.alerts_of(connection, "2025-09-03-1"):
                if known.alert.severity is Severity.PAGE:
                    over = replace(known.alert, ends_at=AT)
                    rows.save_alert(connection, over, known.incident_id, AT, known)

        self.database.change(write)

    def event(self, kind, text, **more):
        fact = NewEvent(AT - 20, Kind(kind), text, "order", "2025-09-03-1", **more)
        self.database.change(lambda connection: events.append(connection, fact, AT))


@pytest.fixture
def querier():
    return FakeQuerier()


@pytest.fixture
def orders():
    return slo()


@pytest.fixture
def hit_ratio():
    return GUARDRAIL


@pytest.fixture
def calm():
    return CALM


@pytest.fixture
def site(tmp_path):
    put_empty_store(tmp_path)
    site = Site(tmp_path)
    yield site
    site.database.close()
