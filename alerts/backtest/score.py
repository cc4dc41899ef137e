"""What rules were worth over a history: incidents found and missed, pages true and false, and how soon."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alerts.backtest.calls import Span, calls
from alerts.backtest.run import Firing, Ran
from alerts.backtest.spent import budget_spent
from alerts.backtest.stretch import Incident
from alerts.slo import Slo

MONTH_SECONDS = 30 * 86_400.0


@dataclass(frozen=True)
class Met:
    """What became of an incident.

    page: the first that fired from its onset to its end; detect_seconds: from the onset to it.
    reset_seconds: from when it was over until none of its pages fired any more, below 0 where that came
    before; None where either is not known. spent: share of each SLO's budget from the onset to the page,
    of those of the page's service where it says one.
    """

    incident: Incident
    stretch: str
    page: Firing | None = None
    reset_seconds: float | None = None
    spent: Mapping[str, float] = field(default_factory=dict)

    @property
    def detect_seconds(self) -> float | None:
        return None if self.page is None else self.page.fired_at - self.incident.onset


@dataclass(frozen=True)
class Score:
    """seconds: of history in all. quiet: how many histories had no incident. Ratios are None of nothing.

    true_pages, false_pages: how often somebody was woken, as ``alerts.backtest.calls`` has it.
    """

    met: tuple[Met, ...]
    true_pages: int
    false_pages: int
    seconds: float
    quiet: int

    @property
    def found(self) -> tuple[Met, ...]:
        return tuple(one for one in self.met if one.page is not None)

    @property
    def recall(self) -> float | None:
        return len(self.found) / len(self.met) if self.met else None

    @property
    def precision(self) -> float | None:
        pages = self.true_pages + self.false_pages
        return self.true_pages / pages if pages else None

    @property
    def false_per_month(self) -> float | None:
        return self.false_pages * MONTH_SECONDS / self.seconds if self.seconds else None

    @property
    def detect_seconds(self) -> tuple[float, float] | None:
        """Median and worst, over the incidents that were found."""
        return _median_and_worst(one.detect_seconds for one in self.met)

    @property
    def reset_seconds(self) -> tuple[float, float] | None:
        """Median and worst."""
        return _median_and_worst(one.reset_seconds for one in self.met)

    @property
    def most_spent(self) -> tuple[float, float] | None:
        """Median and worst over incidents, of the SLO that had spent most."""
        return _median_and_worst(max(one.spent.values(), default=None) for one in self.met)


def _median_and_worst(values: Iterable[float | None]) -> tuple[float, float] | None:
    known = [value for value in values if value is not None]
    return (statistics.median(known), max(known)) if known else None


def score(all_ran: Sequence[Ran], slos: Sequence[Slo] = ()) -> Score:
    """slos: those whose budgets are known."""
    found = [is_true for ran in all_ran for is_true in calls(_pages(ran), ran.stretch)]
    return Score(
        tuple(_met(incident, ran, slos) for ran in all_ran for incident in ran.stretch.incidents),
        found.count(True),
        found.count(False),
        sum(ran.stretch.seconds for ran in all_ran),
        sum(not ran.stretch.incidents for ran in all_ran),
    )


def _pages(ran: Ran) -> list[Span]:
    return [firing.span for firing in (*ran.lasting, *ran.firings) if firing.is_page]


def _met(incident: Incident, ran: Ran, slos: Sequence[Slo]) -> Met:
    pages = [f for f in ran.firings if f.is_page and incident.onset <= f.fired_at <= incident.end]
    met = Met(incident, ran.stretch.name)
    if not pages:
        return met
    first, reset = pages[0], [firing.reset_at for firing in pages]
    known = [at for at in reset if at is not None]
    if incident.over_at is not None and len(known) == len(reset):
        met = replace(met, reset_seconds=max(known) - incident.over_at)
    told = [slo for slo in slos if first.service in {"", slo.service}]
    return replace(met, page=first, spent=_spent(told, ran, incident, first.fired_at))


def _spent(slos: Sequence[Slo], ran: Ran, incident: Incident, at: float) -> dict[str, float]:
    shares = {slo.name: budget_spent(slo, ran.stretch.samples, incident.onset, at) for slo in slos}
    return {name: share for name, share in shares.items() if share is not None}
