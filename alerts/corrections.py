"""Which rows of a report's timeline a correction may name: the report knows them all, this what is none."""

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from alerts import events
from alerts import storage_incidents as incidents
from alerts.errors import RequestError
from alerts.events import Event, Kind, NewEvent
from alerts.receive import moment_of
from alerts.timeline_rows import END, HIDES, MOVES, ROW, START, RowKind

_ABOUT = {
    RowKind.IMPACT: re.compile(f"{START}|{END}"),
    RowKind.MILESTONE: re.compile(f"{Kind.DETECTED}|{Kind.PAGED}|{Kind.ACKNOWLEDGED}|{Kind.RESOLVED}"),
    RowKind.EVENT: re.compile(r"[1-9][0-9]{0,17}"),
    RowKind.FIRED: re.compile(r".+"),
    RowKind.ENDED: re.compile(r".+"),
}
_OF_SERIES = re.compile(r"(signal|slo):.+")


@dataclass(frozen=True)
class Subjects:
    """Names of what a server's rows can be about."""

    signals: Collection[str] = ()
    objectives: Collection[str] = ()

    def series(self) -> list[str]:
        """How the ids of rows call their series."""
        ratios = (f"slo:{name}:error_ratio" for name in self.objectives)
        return [*(f"signal:{name}" for name in self.signals), *ratios]


def named_row(fact: NewEvent) -> str | None:
    """The id that a correction names; None of one that adds a row, and of other events.

    Raises:
        RequestError: for what can never be the id of a row.
    """
    key = HIDES if HIDES in fact.attributes else ROW
    if fact.kind is not Kind.CORRECTION or key not in fact.attributes:
        return None
    named = fact.attributes[key]
    kind, _, about = named.partition(":") if isinstance(named, str) else ("", "", "")
    if kind not in set(RowKind) or not _ABOUT.get(RowKind(kind), _OF_SERIES).fullmatch(about):
        raise RequestError(
            f"attributes.{key}: expected the id of a row, such as onset:signal:NAME, event:12 or "
            f"impact:start, found {str(named)[:80]!r}"
        )
    return str(named)


def require_time(fact: NewEvent) -> None:
    """For a correction that gives its row another time.

    Raises:
        RequestError: for what is no time from 1970 to 2999.
    """
    if fact.kind is not Kind.CORRECTION or MOVES not in fact.attributes:
        return
    try:
        moment_of(fact.attributes[MOVES])
    except ValueError as error:
        raise RequestError(f"attributes.{MOVES}: {error}") from error


def unknown_row(connection: sa.Connection, event: Event, subjects: Subjects) -> str:
    """Why there can be no such row yet, in a line; empty where there may be, or the event names none."""
    row = named_row(event)
    if row is None:
        return ""
    kind, _, about = row.partition(":")
    match RowKind(kind):
        case RowKind.IMPACT | RowKind.MILESTONE:
            return ""
        case RowKind.EVENT:
            is_known, near = _is_told(connection, int(about), event.incident), ""
        case RowKind.FIRED | RowKind.ENDED:
            is_known, near = _find(about, _alert_names(connection, event.incident))
        case _:
            is_known, near = _find(about, subjects.series())
    if is_known:
        return ""
    meant = f"; {kind}:{near} is meant?" if near else ""
    place = "" if event.incident is None else f" of {event.incident}"
    return f"no row{place} is called {row!r} so far, and until one is this corrects nothing{meant}"


def _find(about: str, names: Collection[str]) -> tuple[bool, str]:
    """Whether it begins with one of the names, and else which is near. Labels, tiers, numbers follow it."""
    if any(about == name or about.startswith((f"{name}:", f"{name}{{")) for name in names):
        return True, ""
    return False, next(iter(difflib.get_close_matches(about, names, 1)), "")


def _alert_names(connection: sa.Connection, incident: str | None) -> list[str]:
    alerts = [] if incident is None else incidents.alerts_of(connection, incident)
    labelled = [(record.alert.labels, record.alert.name) for record in alerts]
    return [labels.get("slo") or labels.get("guardrail") or name for labels, name in labelled]


def _is_told(connection: sa.Connection, number: int, incident: str | None) -> bool:
    """Whether a timeline may have the event: alerts and action items are told elsewhere."""
    found = next(iter(events.select(connection, ids=(number,))), None)
    if found is None or found.kind is Kind.ACTION:
        return False
    if incident is not None and found.incident not in {None, incident}:
        return False
    is_of_alert = found.kind is Kind.NOTE and "transition" in found.attributes
    return not is_of_alert and not _names_a_row(found)


def _names_a_row(event: Event) -> bool:
    try:
        return named_row(event) is not None
    except RequestError:
        return False  # recorded before ids were checked: a report shows it as a row of its own
