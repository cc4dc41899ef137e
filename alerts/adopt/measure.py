"""How a service fared over the time that its Prometheus remembers: errors, latencies, requests in flight."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from alerts.adopt.figures import Figures, figures_of
from alerts.adopt.source import Source
from alerts.adopt.statuses import StatusKind, bad_of, refused_of
from alerts.adopt.survey import Route, Served, Survey
from collector.durations import format_duration
from collector.errors import QueryError
from collector.labels import Matcher, MatchOp
from collector.series import Series

LEAST_STEP_SECONDS = 300.0
MOST_STEPS = 170
_HANG_STEP_SECONDS = 60.0
_HANG_SECONDS = 86_400.0


@dataclass(frozen=True)
class Measured:
    """One thing that could be promised, with selectors of its series and what was observed.

    latency: figures by the bound as it is spelt; ``bad`` is beyond the bound.
    failed: what could not be asked.
    """

    served: Served
    route: Route | None
    availability: Figures | None = None
    latency: Mapping[str, Figures] = field(default_factory=dict)
    in_flight: str = ""
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        route = f" {self.route.name}" if self.route else ""
        return f"{self.served.service.name}{route}"

    def selector(self, metric: str, *more: str) -> str:
        return self.served.selector(metric, *map(str, self.route.matchers if self.route else ()), *more)

    def total(self) -> str:
        return self.selector(self.served.family.count)

    def bad(self) -> str:
        if self.served.errors and not self.served.status:
            return self.selector(self.served.errors)
        return self.selector(self.served.family.count, self._status(MatchOp.REGEX, bad_of))

    def answered(self, metric: str, *more: str) -> str:
        """The requests that were not turned away, where that can be told."""
        kept = [self._status(MatchOp.NOT_REGEX, refused_of)] if self.served.status else []
        return self.selector(metric, *kept, *more)

    def _status(self, op: MatchOp, statuses_of: Callable[[StatusKind], str]) -> str:
        return str(Matcher(self.served.status, op, statuses_of(self.served.kind)))


@dataclass(frozen=True)
class Steps:
    """Steps of equal length, the last of which ends at ``end``."""

    start: float
    end: float
    seconds: float

    @classmethod
    def of(cls, end: float, over_seconds: float) -> "Steps":
        seconds = 60.0 * round(max(LEAST_STEP_SECONDS, over_seconds / MOST_STEPS) / 60.0)
        count = max(1, int(over_seconds // seconds))
        return cls(end - (count - 1) * seconds, end, seconds)

    @property
    def window(self) -> str:
        return format_duration(self.seconds)

    def ask(self, source: Source, query: str) -> list[Series]:
        return source.range(query, self.start, self.end, self.seconds)


def measure(source: Source, found: Survey, over_seconds: float) -> list[Measured]:
    """Each service that was found, and its routes of large traffic."""
    return [
        _measured(source, found, Measured(served, route), over_seconds)
        for served in found.served
        for route in (None, *served.routes)
    ]


def _measured(source: Source, found: Survey, one: Measured, over_seconds: float) -> Measured:
    notes: list[str] = []
    availability, latency, in_flight = None, {}, ""
    try:
        steps = _steps(source, found.at, one, over_seconds)
        if one.served.tells_bad:
            availability = _availability(source, one, steps)
        if one.served.bounds:
            latency = _latency(source, one, steps)
    except QueryError as error:
        notes.append(f"{one.name}: its history could not be read: {error}")
    try:
        in_flight, why = _in_flight(source, found, one, min(over_seconds, _HANG_SECONDS))
        notes += [f"{one.name}: {why}"] if why else []
    except QueryError as error:
        notes.append(f"{one.name}: requests in flight could not be read: {error}")
    return Measured(one.served, one.route, availability, latency, in_flight, tuple(notes))


def _steps(source: Source, at: float, one: Measured, over_seconds: float) -> Steps:
    """As many steps as there is history, of a length that a short one has some of too."""
    steps = Steps.of(at, over_seconds)
    there = source.range(f"count({one.total()})", steps.start, at, steps.seconds)
    points = len(there[0].times) if there else 0
    return Steps.of(at, min(over_seconds, (points + 1) * steps.seconds))


def _availability(source: Source, one: Measured, steps: Steps) -> Figures | None:
    total = steps.ask(source, f"sum(increase({one.total()}[{steps.window}]))")
    bad = steps.ask(source, f"sum(increase({one.bad()}[{steps.window}]))")
    return figures_of(total, bad, steps.seconds)


def _latency(source: Source, one: Measured, steps: Steps) -> dict[str, Figures]:
    counted = f"sum(increase({one.answered(one.served.family.count)}[{steps.window}]))"
    buckets = f"increase({one.answered(one.served.family.bucket)}[{steps.window}])"
    total = steps.ask(source, counted)
    found: dict[str, Figures] = {}
    for series in steps.ask(source, f"scalar({counted}) - sum by (le) ({buckets})"):
        figures = figures_of(total, [series], steps.seconds)
        if figures is not None and series.labels.get("le") in one.served.bounds:
            found[series.labels.get("le")] = figures
    return found


def _in_flight(source: Source, found: Survey, one: Measured, over_seconds: float) -> tuple[str, str]:
    """A query of the requests in flight, or why there is none that tells a hang from idleness."""
    for metric in one.served.family.in_flight:
        if metric not in found.names:
            continue
        query = f"sum({one.selector(metric)})"
        start = found.at - over_seconds
        seen = source.range(query, start, found.at, LEAST_STEP_SECONDS)
        if not seen:
            continue
        if min(seen[0].values) > 0:
            return "", f"{metric} was never at 0: it may count what never ends, so no SLO watches hangs by it"
        idle = f"({query} > 0) and on () (sum(increase({one.total()}[5m])) == 0)"
        if source.range(idle, start, found.at, _HANG_STEP_SECONDS):
            return "", f"{metric} was above 0 while nothing was served: no SLO watches hangs by it"
        return query, ""
    return "", ""
