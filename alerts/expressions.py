"""An SLO's bad and total events as PromQL: from the series our rules record, or from raw counters."""

from dataclasses import dataclass
from typing import Protocol

from alerts.history import history_name, history_ratio, is_weighed
from alerts.slo import WINDOW, Slo
from collector.durations import format_duration

CURRENT_RATIO = "slo:sli_error:ratio_rate5m"
BUDGET_REMAINING = "slo:period_error_budget_remaining:ratio"
FIVE_MINUTES = 300.0  # the window of Sloth's current burn rate, and of the test for absent data


class Expressions(Protocol):
    """Each expression gives one series or none, never NaN."""

    def bad(self, seconds: float) -> str: ...

    def total(self, seconds: float) -> str: ...

    def history(self, seconds: float) -> str:
        """The share of a window that is recorded; 1 where it cannot be told."""
        ...

    def budget_remaining(self) -> str | None:
        """The share of the period's budget that is left; None where raw counters or a calendar alone tell."""
        ...


@dataclass(frozen=True)
class RawExpressions:
    """Stand on counters alone, for a Prometheus that we only query."""

    slo: Slo

    def bad(self, seconds: float) -> str:
        return f"clamp_min({self.slo.sli.bad_over(format_duration(seconds))}, 0)"

    def total(self, seconds: float) -> str:
        return self.slo.sli.total_over(format_duration(seconds))

    def history(self, seconds: float) -> str:
        return f"({history_ratio(self.slo, seconds)} or vector(1))"

    def budget_remaining(self) -> str | None:
        return None


@dataclass(frozen=True)
class RecordedExpressions:
    """Stand on ``slo:bad_events:increaseW`` and ``slo:total_events:increaseW``.

    exact_windows: as the rules that record them were compiled (``is_tiled``).
    """

    slo: Slo
    exact_windows: bool = True

    def bad(self, seconds: float) -> str:
        return f"{bad_name(seconds)}{selector(self.slo)}"

    def total(self, seconds: float) -> str:
        return f"{total_name(seconds)}{selector(self.slo)}"

    def history(self, seconds: float) -> str:
        return f"({self._known_history(seconds)} or {self.total(seconds)} * 0 + 1)"

    def _known_history(self, seconds: float) -> str:
        """Of a sum of five minutes for as long as it is one: it is recorded beside counters only."""
        known = f"{history_name(seconds)}{selector(self.slo)}"
        if not is_tiled(self.slo, seconds, exact=self.exact_windows):
            return known
        return f"last_over_time({known}[{format_duration(seconds)}])"

    def budget_remaining(self) -> str | None:
        if self.slo.calendar is not None:
            return None
        return f"{BUDGET_REMAINING}{selector(self.slo)}"


LONGEST_STEPPED_SECONDS = 3 * 86_400.0
"""Beyond it, counts that are evaluated minute by minute cost more than they tell."""

TILED = "sum_over_time(slo:"
"""How expressions begin that count recorded counts."""

SHORTEST_TILED_SECONDS = 86_400.0
"""From here on a window is the sum of its five-minute counts, where long windows are not read raw."""


def is_tiled(slo: Slo, seconds: float, *, exact: bool) -> bool:
    """Whether counts over a window are summed up from the five-minute ones that are recorded.

    exact: whether long windows are read from the counters themselves, all of each series' samples at once.
    """
    steps = f"[{WINDOW}:" in slo.sli.bad or f"[{WINDOW}]" not in slo.sli.total
    if steps and (slo.sli.slice_seconds or not slo.sli.counts_events):
        return seconds > LONGEST_STEPPED_SECONDS
    return not exact and slo.sli.counts_events and seconds >= SHORTEST_TILED_SECONDS


def tiled_count(name: str, slo: Slo, seconds: float) -> str:
    """A count over a long window of the five-minute ones; it is up to five minutes old.

    name: that of the five-minute count. Those at multiples of five minutes lie one after another, as the
    group that records them runs at a phase of its own that does not change. Where events come at a steady
    pace each is exact; a change of pace is off by what it changes in a scrape interval, at most
    (docs/decisions/0009).
    """
    return f"sum_over_time({name}{selector(slo)}[{format_duration(seconds)}:5m])"


def bad_name(seconds: float) -> str:
    """The recorded series of bad events over a window."""
    return f"slo:bad_events:increase{format_duration(seconds)}"


def total_name(seconds: float) -> str:
    """The recorded series of all events over a window."""
    return f"slo:total_events:increase{format_duration(seconds)}"


def recorded_before(slo: Slo, seconds: float) -> str:
    """A series if counts were recorded within the SLO's period, but longer than ``seconds`` ago."""
    ages = slo.period_seconds - seconds
    step = min(3600.0, max(ages // 100, 1.0))
    steps = f"[{format_duration(ages)}:{format_duration(step)}] offset {format_duration(seconds)}"
    return f"count_over_time({total_name(FIVE_MINUTES)}{selector(slo)}{steps})"


def selector(slo: Slo) -> str:
    """The labels of what is recorded for an SLO."""
    return f'{{service="{slo.service}",slo="{slo.name}"}}'


def ratio(events: Expressions, seconds: float) -> str:
    """Share of bad events; without events there is no value, since 0/0 is neither good nor bad."""
    return f"{events.bad(seconds)} / ({events.total(seconds)} > 0)"


def burn_rate(events: Expressions, seconds: float, slo: Slo) -> str:
    """How many times faster than allowed the budget burns over a window."""
    return f"{ratio(events, seconds)} / {number(slo.error_budget)}"


def weighed_burn_rate(events: Expressions, seconds: float, slo: Slo) -> str:
    """The burn rate over a tier's long window, of which what is not recorded counts as good."""
    rate = burn_rate(events, seconds, slo)
    return f"{rate} * {events.history(seconds)}" if is_weighed(seconds) else rate


def number(value: float) -> str:
    """A float for PromQL without the noise of binary fractions."""
    return f"{value:.12g}"
