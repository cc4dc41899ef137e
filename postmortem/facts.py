"""Figures that can be recomputed: each holds its value and where in the evidence that came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from alerts.action_items import ActionItem, Status
from alerts.charts.model import Unit
from postmortem.evidence import Evidence, StoredSeries
from postmortem.records import slos_by_key
from postmortem.reductions import Cut, reduce_samples

TIME = "timestamp"
DATE = "date"  # a day, as midnight in UTC


@dataclass(frozen=True)
class FromSeries:
    """A reduction of stored samples in a closed window."""

    series: str
    cut: Cut


class RecordKind(StrEnum):
    INCIDENT = "incident"
    ALERT = "alert"
    EVENT = "event"
    SLO = "slo"
    WINDOW = "window"
    ITEMS = "items"
    ESTIMATE = "estimate"


@dataclass(frozen=True)
class FromRecord:
    """A field of a record.

    key: an alert's place among the incident's, from 0; an event's id; an SLO's
    ``Evidence.slo_key``; of action items a horizon, or empty for all; of an estimate its signal's name; else
    empty.
    """

    kind: RecordKind
    key: str
    field: str


class Operation(StrEnum):
    """Formulas over figures, in this order.

    sum: a + b; difference: a − b; quotient: a / b; lesser: the lesser of a and b;
    budget_share: bad / (total × (1 − objective)); budget_left: 1 − that.
    budget_time: share × seconds / (period × (1 − objective)).
    lost: (before − during) × duration, or 0 where that is less; worth: lost × each × (1 − returning).
    """

    SUM = "sum"
    DIFFERENCE = "difference"
    QUOTIENT = "quotient"
    LESSER = "lesser"
    BUDGET_SHARE = "budget_share"
    BUDGET_LEFT = "budget_left"
    BUDGET_TIME = "budget_time"
    LOST = "lost"
    WORTH = "worth"


@dataclass(frozen=True)
class FromFacts:
    operation: Operation
    facts: tuple["Fact", ...]


Source = FromSeries | FromRecord | FromFacts


@dataclass(frozen=True)
class Fact:
    """A figure of the report. ``unit`` is a ``Unit``, "timestamp" (Unix seconds), or "date"."""

    id: str
    value: float
    unit: Unit | str
    source: Source


def measure(name: str, series: StoredSeries, cut: Cut, unit: Unit | str) -> Fact | None:
    """A figure from samples, or None where the window holds none that fits."""
    value = reduce_samples(series.times, series.values, cut)
    return None if value is None else Fact(name, value, unit, FromSeries(series.id, cut))


def combine(name: str, operation: Operation, facts: tuple[Fact | None, ...], unit: Unit | str) -> Fact | None:
    """A figure from other figures, or None where one is missing or the division has no answer."""
    known = tuple(fact for fact in facts if fact is not None)
    if len(known) < len(facts):
        return None
    value = operate(operation, tuple(fact.value for fact in known))
    return None if value is None else Fact(name, value, unit, FromFacts(operation, known))


_FORMULAS: Mapping[Operation, Callable[..., float]] = {
    Operation.SUM: lambda a, b: a + b,
    Operation.DIFFERENCE: lambda a, b: a - b,
    Operation.LESSER: min,
    Operation.LOST: lambda before, during, seconds: max(0.0, (before - during) * seconds),
    Operation.WORTH: lambda lost, each, returning: lost * each * (1.0 - returning),
}


def operate(operation: Operation, values: tuple[float, ...]) -> float | None:
    """The formula; None where it divides by nothing."""
    if formula := _FORMULAS.get(operation):
        return formula(*values)
    if operation is Operation.QUOTIENT:
        return values[0] / values[1] if values[1] else None
    is_time = operation is Operation.BUDGET_TIME
    bad, *rest = (values[0] * values[1], *values[2:]) if is_time else values
    return _budget(operation, bad, *rest)


def _budget(operation: Operation, bad: float, total: float, objective: float) -> float | None:
    allowed = total * (1.0 - objective)
    if allowed <= 0:
        return None
    return 1.0 - bad / allowed if operation is Operation.BUDGET_LEFT else bad / allowed


def from_record(
    evidence: Evidence, kind: RecordKind, key: str, field: str, unit: Unit | str = TIME
) -> Fact | None:
    """A figure that a record holds, or None where the record leaves it empty."""
    value = read_record(evidence, kind, key, field)
    if value is None:
        return None
    name = f"{kind.value}.{key}.{field}" if key else f"{kind.value}.{field}"
    return Fact(name, value, unit, FromRecord(kind, key, field))


def read_record(evidence: Evidence, kind: RecordKind, key: str, field: str) -> float | None:
    """The field's number, or None."""
    found: object = None
    match kind:
        case RecordKind.INCIDENT:
            found = getattr(evidence.incident, field)
        case RecordKind.WINDOW:
            found = getattr(evidence, field)
        case RecordKind.ALERT:
            found = getattr(evidence.incident.alerts[int(key)], field)
        case RecordKind.EVENT:
            found = next((getattr(e, field) for e in evidence.events if str(e.id) == key), None)
        case RecordKind.ESTIMATE:
            estimates = evidence.signals.estimates
            found = next((getattr(e, field) for e in estimates if e.signal == key), None)
        case RecordKind.ITEMS:
            found = _count_items(evidence.items, key, field)
        case RecordKind.SLO:
            slo = slos_by_key(evidence.slos).get(key)
            found = None if slo is None else getattr(slo, field)
    return float(found) if isinstance(found, (int, float)) else None


def _count_items(items: tuple[ActionItem, ...], horizon: str, field: str) -> int:
    """``total``: those that are to be done or were; ``done``, ``dropped``."""
    mine = [item for item in items if horizon in {"", item.horizon.value}]
    if field == "total":
        return sum(item.status is not Status.DROPPED for item in mine)
    return sum(item.status == field for item in mine)


_RECORDED_IN = {RecordKind.ALERT: RecordKind.INCIDENT, RecordKind.ITEMS: RecordKind.EVENT}


def sources_of(fact: Fact) -> tuple[str, ...]:
    """What the reader can look up: series by id; records as incident, event, slo, window or estimate."""
    match fact.source:
        case FromSeries(name):
            return (name,)
        case FromRecord(kind):
            return (_RECORDED_IN.get(kind, kind).value,)
        case FromFacts(_, parts):
            return tuple(dict.fromkeys(name for part in parts for name in sources_of(part)))
