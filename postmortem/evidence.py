"""Everything a report stands on, fetched once and kept: records, and series with the query they answer."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from alerts.action_items import ActionItem, items_of
from collector.durations import parse_duration
from postmortem.records import Event, Incident, Signal, SignalMap, SloRecord

Floats = npt.NDArray[np.float64]

LARGEST_VALUE = 1e100  # of a sample: sums and squares of larger ones are more than a float holds
SYNTHETIC_ORIGIN = "synthetic_history"
UNREADABLE = "event:"  # before the ids of events that cannot be shown, among what is unavailable
CASE_ADDRESS = "case:"  # what stands before a case's name where a server's address would


def can_be_judged(values: Floats) -> npt.NDArray[np.bool_]:
    """Which of these are finite, and not so large that nothing can be computed of them."""
    return np.abs(values) <= LARGEST_VALUE


@dataclass(frozen=True)
class StoredSeries:
    """Samples as a query answered them. An instant query is one sample with start = end.

    id: unique in the evidence; figures refer to it.
    times, values: only such as ``can_be_judged``, in time order, Unix seconds.
    """

    id: str
    query: str
    start: float
    end: float
    step_seconds: float
    times: Floats
    values: Floats

    @property
    def is_instant(self) -> bool:
        return self.start == self.end


@dataclass(frozen=True)
class Subject:
    """A series that can turn: a signal of the map, or the error ratio of an objective."""

    series: str
    signal: Signal
    slo: SloRecord | None = None

    @property
    def is_user_facing(self) -> bool:
        return self.slo is not None or self.signal.is_felt


@dataclass(frozen=True)
class Evidence:
    """What was fetched.

    start, end: the window of the range series. fetched_at: when they were read.
    synthetic_until: the last moment in the window that holds samples made up as history, if any does.
    has_synthetic_period: made-up history lies in the period of the error budgets.
    unavailable: by the ids of queries without an answer, and of events that cannot be shown: why.
    time_zone: the server's, in which its days begin, whatever zone a report is read in.
    quiet_asked_seconds: how long objectives are kept once the impact is over, if somebody said.
    """

    incident: Incident
    events: tuple[Event, ...]
    slos: tuple[SloRecord, ...]
    signals: SignalMap
    subjects: tuple[Subject, ...]
    series: Mapping[str, StoredSeries]
    start: float
    end: float
    fetched_at: float
    interval_seconds: float
    rate_window: str
    address: str = ""
    synthetic_until: float | None = None
    has_synthetic_period: bool = False
    unavailable: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"
    quiet_asked_seconds: float | None = None

    @property
    def lookback_seconds(self) -> float:
        """The window of every rate, no shorter than a step: how late a turning point may be.

        Of two that lie nearer to one another the order is not known.
        """
        return parse_duration(self.rate_window)

    @property
    def step_seconds(self) -> float:
        """Between one sample of a series and the next: a scrape, or more in a window of hours."""
        steps = [self.series[subject.series].step_seconds for subject in self.subjects]
        return max([self.interval_seconds, *steps])

    def lookback_of(self, slo: SloRecord | None) -> float:
        """The same of an objective's samples: a slice of time, where it counts those and they are longer."""
        return max(self.lookback_seconds, (slo.slice_seconds if slo else None) or 0.0)

    @property
    def quiet_seconds(self) -> float:
        """For how long every objective is kept once the impact is over: as asked, else twenty scrapes.

        Those are between one minute and five: what a report looks at after an incident was closed.
        """
        if self.quiet_asked_seconds is not None:
            return self.quiet_asked_seconds
        return min(max(20 * self.interval_seconds, 60.0), 300.0)

    def with_series(self, more: Sequence[StoredSeries]) -> "Evidence":
        return replace(self, series={**self.series, **{s.id: s for s in more}})

    def slo_key(self, slo: SloRecord) -> str:
        """What ids of series and figures call the objective."""
        return slo.id.key(each.id for each in self.slos)

    @property
    def window(self) -> tuple[float, float]:
        return self.start, self.end

    @property
    def case(self) -> str:
        """The case that this was read from, instead of a server; empty of a server."""
        return self.address.removeprefix(CASE_ADDRESS) if self.address.startswith(CASE_ADDRESS) else ""

    @property
    def is_cut(self) -> bool:
        """Whether the incident went on after the end of the window, which is a day at most."""
        resolved = self.incident.resolved_at
        told = self.fetched_at if resolved is None else min(resolved, self.fetched_at)
        return self.end < math.floor(told)

    @property
    def is_drill(self) -> bool:
        """Faults were injected on purpose, by the record of the incident's own events."""
        return any(event.kind == "fault" or event.source == "drill" for event in self.events)

    @property
    def read_on(self) -> date:
        """The day on which it was read, of the server's zone: items are overdue for all readers at once."""
        return datetime.fromtimestamp(self.fetched_at, ZoneInfo(self.time_zone)).date()

    @property
    def items(self) -> tuple[ActionItem, ...]:
        """The action items that people recorded."""
        return items_of(self.events)

    @property
    def alarm_at(self) -> float:
        """The first page's start, or the first alert's: tickets may open an incident long before it hurts."""
        paged_at = self.incident.first_page_at
        return self.incident.started_at if paged_at is None else paged_at

    @property
    def analysis_start(self) -> float:
        """Where recorded samples begin: made-up history is never a baseline when measured values exist."""
        if self.synthetic_until is None or self.synthetic_until >= self.incident.started_at:
            return self.start
        return max(self.start, self.synthetic_until)
