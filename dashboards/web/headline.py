"""The one sentence at the top of the control room: the worst that is true now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from alerts.incidents import Incident
from alerts.receive import Severity
from dashboards.readings import Readings, State
from dashboards.web.severity import shown_severity


@dataclass(frozen=True)
class Headline:
    """``key`` names the sentence; ``state`` its icon and tone."""

    state: str
    key: str
    n: int = 0
    all: int = 0


def headline(readings: Readings, open_incidents: Sequence[Incident], paging: Collection[str]) -> Headline:
    """Pages before tickets before objectives before targets; "all kept" only when something is watched.

    paging: the ids of incidents of which a page fires.
    """
    pages = sum(shown_severity(incident, paging) is Severity.PAGE for incident in open_incidents)
    if pages:
        return Headline("page", "head_pages", pages)
    for state, tone in ((State.SPENT, "spent"), (State.BURNING, "burning")):
        if n := _count(readings, state):
            return Headline(tone, f"head_{state}", n, len(readings.slos))
    if open_incidents:
        return Headline("ticket", "head_tickets", len(open_incidents))
    down = sum(target.state is State.DOWN for target in readings.targets)
    return Headline("down", "head_down", down, len(readings.targets)) if down else _calm(readings)


def _calm(readings: Readings) -> Headline:
    if not readings.slos:
        return Headline("no_data", "head_nothing")
    if n := _count(readings, State.NO_DATA):
        return Headline("no_data", "head_no_data", n, len(readings.slos))
    return Headline("ok", "head_ok", len(readings.slos))


def _count(readings: Readings, state: State) -> int:
    return sum(reading.state is state for reading in readings.slos)
