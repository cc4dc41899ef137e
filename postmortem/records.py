"""Incidents, events, SLOs and signals as `fireline up` answers them, checked on the way in."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from alerts.action_items import parse_day
from alerts.calendar_periods import period_start, seconds_so_far
from alerts.charts.model import Language, Unit
from alerts.incidents import State
from alerts.receive import LATEST, moment_of
from alerts.slo import Calendar
from collector.durations import parse_duration
from postmortem.marks import without_marks
from postmortem.slo_ids import SloId

# Unix seconds: what a server takes as a time, and every calendar can show.
Moment = Annotated[float, Field(ge=0, le=LATEST)]
LONGEST_SECONDS = 3660 * 86_400.0  # ten years: of a period, of a slice of one
_LARGEST_ID = 2**53  # whole numbers of JSON, whoever reads it


class Record(BaseModel):
    """A frozen document; keys that newer servers add are left aside."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: object) -> object:
        """Nothing in it passes for a figure of a report."""
        return _without_marks(data)


def _without_marks(data: object) -> object:
    if isinstance(data, str):
        return without_marks(data)
    if isinstance(data, Mapping):
        return {_without_marks(key): _without_marks(value) for key, value in data.items()}
    return [_without_marks(item) for item in data] if isinstance(data, (list, tuple)) else data


class Good(StrEnum):
    """Which way of a signal is better."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


class Alert(Record):
    labels: Mapping[str, str] = Field(default_factory=dict)
    annotations: Mapping[str, str] = Field(default_factory=dict)
    severity: str = ""
    starts_at: Moment
    ends_at: Moment | None = None
    generator_url: str = ""

    @property
    def name(self) -> str:
        return self.labels.get("alertname", self.labels.get("slo", ""))


class Incident(Record):
    id: str
    title: str
    state: State
    severity: str
    services: tuple[str, ...]
    started_at: Moment
    detected_at: Moment
    paged_at: Moment | None = None
    acknowledged_at: Moment | None = None
    resolved_at: Moment | None = None
    alerts: tuple[Alert, ...] = ()
    titles: Mapping[str, str] = Field(default_factory=dict)

    @property
    def first_page_at(self) -> float | None:
        """When the first of its pages began to fire; None where none did."""
        return min((alert.starts_at for alert in self.alerts if alert.severity == "page"), default=None)


def known_zone(name: str) -> str:
    """The name of a time zone. Raises ValueError for one that this machine does not know."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"expected a zone that this machine knows, found {name!r}") from error


class ServerSettings(Record):
    """How the server tells things; of one that does not say, in English and UTC."""

    language: Language = Language.EN
    time_zone: Annotated[str, AfterValidator(known_zone)] = "UTC"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Event(Record):
    id: Annotated[int, Field(ge=-_LARGEST_ID, le=_LARGEST_ID)]
    at: Moment
    kind: str
    text: str
    service: str | None = None
    incident: str | None = None
    author: str = ""
    source: str = ""
    attributes: Mapping[str, Any] = Field(default_factory=dict)

    @field_validator("attributes")
    @classmethod
    def _as_archived(cls, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
        """As an archive holds them, so that a report made from one says the same."""
        try:
            return dict(orjson.loads(orjson.dumps(attributes)))
        except orjson.JSONEncodeError as error:
            raise ValueError(f"expected JSON that can be written again: {error}") from error

    @property
    def due(self) -> float | None:
        """The day by which an action item is due, as midnight in UTC: a day has no zone."""
        day = parse_day(self.attributes.get("due"))
        return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()

    @property
    def corrected_at(self) -> float | None:
        """The time that a correction gives a row: ``at`` of its attributes; None without one."""
        return self._moment("at")

    @property
    def fired_at(self) -> float | None:
        """Of a note on an alert: since when it fires, or fired."""
        return self._moment("starts_at")

    @property
    def ended_at(self) -> float:
        """Of a note on an alert that ended: when; of older servers when that was noticed."""
        ended = self._moment("ends_at")
        return self.at if ended is None else ended

    def _moment(self, attribute: str) -> float | None:
        said = self.attributes.get(attribute)
        try:
            return moment_of(said)
        except ValueError:
            return None


class ExcludedTime(Record):
    """What a server's account leaves out of its budget, such as agreed maintenance."""

    name: str
    author: str
    reason: str


class SloRecord(Record):
    """An objective; ``bad`` and ``total`` hold ``$window`` where the window goes.

    excluded: what the server's own account left out of the period before ``account_at``, when it was asked;
    account_left: the share of the budget that it had left without that. Queries leave nothing out.
    A server may answer the queries under ``queries``, the period as a duration under ``window``, and its
    account under ``status``.
    counts_events: False where only the ratio of both means something, as of rates and of averages.
    """

    name: str
    service: str
    kind: str
    objective: float
    period_seconds: float
    bad: str
    total: str
    threshold_seconds: float | None = None
    calendar: Calendar | None = None
    slice_seconds: float | None = None
    counts_events: bool = True
    title: Mapping[str, str] = Field(default_factory=dict)
    excluded: tuple[ExcludedTime, ...] = ()
    account_left: float | None = None
    account_at: Moment | None = None

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            return data
        flat = {**data, **(data.get("queries") or {}), **_account(data.get("status"))}
        if "period_seconds" not in flat and isinstance(flat.get("window"), str):
            flat["period_seconds"] = _period(flat)
        return flat

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        lengths = {"period_seconds": self.period_seconds, "slice_seconds": self.slice_seconds}
        for name, seconds in lengths.items():
            if seconds is not None and not 0 < seconds <= LONGEST_SECONDS:
                wanted = f"{self.name}.{name}: expected more than 0, at most {LONGEST_SECONDS:.0f}"
                raise ValueError(f"{wanted}, found {seconds:g}")
        return self

    @field_validator("calendar")
    @classmethod
    def _known(cls, calendar: Calendar | None) -> Calendar | None:
        try:
            if calendar is not None:
                period_start(calendar, 0)
        except (ValueError, KeyError, OSError) as error:
            raise ValueError(f"expected a start and a time zone that exist: {error}") from error
        return calendar

    @property
    def id(self) -> SloId:
        return SloId(self.service, self.name)

    @property
    def error_budget(self) -> float:
        return 1.0 - self.objective

    def counted_seconds(self, at: float) -> float:
        """How far back the counts of the period reach: all of it, or to where the calendar's began."""
        return self.period_seconds if self.calendar is None else seconds_so_far(self.calendar, at)

    def titled(self, language: Language) -> str:
        return self.title.get(language) or self.title.get(Language.EN) or self.name


def slos_by_key(slos: Iterable[SloRecord]) -> Mapping[str, SloRecord]:
    """Each by what ids of series and figures call it."""
    known = tuple(slos)
    ids = [slo.id for slo in known]
    return {slo.id.key(ids): slo for slo in known}


def _period(slo: Mapping[str, Any]) -> float:
    try:
        return parse_duration(slo["window"])
    except ValueError as error:
        raise ValueError(f"{slo.get('name')}.window: {error}") from error


def _account(status: object) -> dict[str, object]:
    """Of a server's account what is said of excluded time; nothing where it left none out."""
    if not isinstance(status, Mapping) or not isinstance(status.get("excluded"), Mapping):
        return {}
    told = {"account_left": status.get("budget_remaining"), "account_at": status.get("at")}
    return {"excluded": status["excluded"].get("windows"), **told}


class Signal(Record):
    """A series that the signal map names. ``injects``: it records what was done to the system on purpose."""

    name: str
    role: str
    service: str
    unit: Unit
    query: str
    good: Good = Good.NONE
    title: Mapping[str, str] = Field(default_factory=dict)
    injects: bool = False

    @property
    def is_felt(self) -> bool:
        """Whether it tells what users feel."""
        return self.role in {"latency", "errors"}

    def titled(self, language: Language) -> str:
        return self.title.get(language) or self.title.get(Language.EN) or self.name


class Estimate(Record):
    """How to estimate what was lost of a signal counted per second; of a server's configuration.

    worth_low, worth_high: what one is worth, KRW; None where nobody said.
    returning_low, returning_high: the share of lost ones that come back later.
    """

    signal: str
    worth_low: float | None = None
    worth_high: float | None = None
    returning_low: float = 0.0
    returning_high: float = 0.0


class Service(Record):
    depends_on: tuple[str, ...] = ()


class SignalMap(Record):
    """Which series is what, and which service depends on which."""

    services: Mapping[str, Service] = Field(default_factory=dict)
    signals: tuple[Signal, ...] = ()
    estimates: tuple[Estimate, ...] = ()

    def below(self, services: tuple[str, ...]) -> frozenset[str]:
        """The services and everything that they depend on, however far down."""
        found: set[str] = set()
        waiting = list(services)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self.services.get(name, Service()).depends_on)
        return frozenset(found)
