"""Examples of a guardrail's signal: just beyond its limit and just within, in and out of its baseline.

One of the series that its query reads goes through levels while the others stay as they are, and our own
engine says what the query makes of them.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from alerts.guardrails.series import Made, Phase, Source, made, sources_of, stored
from alerts.guardrails.spec import Baseline, Guardrail
from alerts.guardrails.times import settle_seconds
from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError
from collector.memory import MemoryStore
from collector.series import Values

_SAMPLES_A_WINDOW = 4
_SHORTEST_STEP_SECONDS, _LONGEST_STEP_SECONDS = 1, 60
_SPARE_SAMPLES = 8
_MOST_SAMPLES = 1_000  # of a baseline or a wait; a test evaluates its rules as often
_LEVELS = (0.0, *(float(f"{10 ** (half / 2):.6g}") for half in range(-12, 27)))
_STARTS = 8  # levels that are tried as a baseline
_BISECTIONS = 25
_NEAR, _TOO_NEAR = 0.05, 0.001  # of a bound: as an example should be, and as engines may differ


@dataclass(frozen=True)
class Example:
    """Series, and whether the alert fires on them ``at_seconds``."""

    what: str
    series: tuple[Made, ...]
    at_seconds: float
    fires: bool


def step_seconds(guardrails: Sequence[Guardrail]) -> float:
    """From sample to sample, so that the shortest window holds four."""
    shortest = min(guardrail.window_seconds for guardrail in guardrails)
    whole = math.floor(shortest / _SAMPLES_A_WINDOW)
    return float(min(max(whole, _SHORTEST_STEP_SECONDS), _LONGEST_STEP_SECONDS))


def examples(guardrail: Guardrail, step: float) -> list[Example]:
    """In pairs, one that fires and one that does not; none where no level of a series crosses anything.

    step: seconds from sample to sample.
    """
    settled = settle_seconds(guardrail.now())
    if settled is None or guardrail.for_seconds > _MOST_SAMPLES * step:
        return []
    sources = sources_of(guardrail.now())
    samples = math.ceil((guardrail.for_seconds + settled) / step) + _SPARE_SAMPLES
    signals = [_Signal(guardrail, sources, n, step, samples) for n in range(len(sources))]
    return [*_first(map(_of_limit, signals)), *_first(map(_of_baseline, signals))]


def _first(tried: Iterable[list[Example]]) -> list[Example]:
    return next((found for found in tried if found), [])


@dataclass(frozen=True)
class _Signal:
    """What a guardrail's query makes of series of which the one numbered ``moving`` goes through levels.

    samples: as many as it takes for a change to be told, ``for`` and all.
    """

    guardrail: Guardrail
    sources: Sequence[Source]
    moving: int
    step: float
    samples: int

    def series(self, phases: Sequence[Phase]) -> tuple[Made, ...]:
        still = [Phase(1.0, sum(phase.samples for phase in phases))]
        return tuple(
            one
            for n, source in enumerate(self.sources)
            for one in made(source, phases if n == self.moving else still, self.step)
        )

    def steady(self, level: float) -> float | None:
        """The signal while the level stays."""
        return self._last(self.guardrail.now(), [Phase(level, self.samples)])

    def levels(self) -> dict[float, float]:
        """The signal by those levels that give one."""
        told = {level: self.steady(level) for level in _LEVELS}
        return {level: value for level, value in told.items() if value is not None}

    def earlier(self, level: float, baseline: Baseline) -> float | None:
        """What the baseline is while the level stays."""
        phases = [Phase(level, self.history(baseline)), Phase(level, self.samples)]
        return self._last(self.guardrail.earlier(baseline), phases)

    def history(self, baseline: Baseline) -> int:
        """So many samples fill the baseline, or as much of it as a test can hold."""
        full = math.ceil((baseline.over_seconds + baseline.before_seconds) / self.step)
        return min(full, _MOST_SAMPLES)

    def example(self, what: str, phases: Sequence[Phase], *, fires: bool) -> list[Example]:
        """One, if the alert does on these series what it should by the words of its file."""
        series, at = self.series(phases), self.step * (sum(phase.samples for phase in phases) - 1)
        does = self._fires(stored(series, self.step), at)
        return [Example(what, series, at, fires)] if does == fires else []

    def _fires(self, store: MemoryStore, at: float) -> bool:
        now = self._all(store, self.guardrail.now(), at)
        is_bad = np.array([self.guardrail.crosses_limit(value) for value in now])
        if self.guardrail.baseline is not None:
            earlier = self._all(store, self.guardrail.earlier(self.guardrail.baseline), at)
            is_bad |= [self.guardrail.departs(*pair) for pair in zip(now, earlier, strict=True)]
        run = len(is_bad) - 1 - int(np.flatnonzero(~np.append(False, is_bad))[-1]) + 1
        return run > 0 and (run - 1) * self.step >= self.guardrail.for_seconds

    def _all(self, store: MemoryStore, query: str, at: float) -> Values:
        """At each step until ``at``, NaN where there is nothing."""
        values = np.full(round(at / self.step) + 1, np.nan)
        for series in EmbeddedQuerier(store).range(query, 0.0, at, self.step):
            values[np.rint(series.times / self.step).astype(np.int64)] = series.values
        return values

    def _last(self, query: str, phases: Sequence[Phase]) -> float | None:
        at = self.step * (sum(phase.samples for phase in phases) - 1)
        try:
            answer = EmbeddedQuerier(stored(self.series(phases), self.step)).instant(query, at)
        except QueryError:
            return None
        return answer[0].value if len(answer) == 1 and math.isfinite(answer[0].value) else None


def _of_limit(signal: _Signal) -> list[Example]:
    guardrail, values = signal.guardrail, signal.levels()
    if guardrail.limit is None:
        return []
    for within, beyond in _turns(list(values), values, guardrail.crosses_limit):
        near = _nearer(signal, (within, beyond), guardrail.crosses_limit, guardrail.limit)
        pair = zip(("is silent within its limit", "fires beyond its limit"), near, (False, True), strict=True)
        found = [
            signal.example(what, [Phase(level, signal.samples)], fires=fires) for what, level, fires in pair
        ]
        if all(found):
            return [one for some in found for one in some]
    return []


def _of_baseline(signal: _Signal) -> list[Example]:
    guardrail, baseline = signal.guardrail, signal.guardrail.baseline
    if baseline is None:
        return []
    values = signal.levels()
    starts = [level for level in values if level and not guardrail.crosses_limit(values[level])]
    for start in sorted(starts, key=lambda level: abs(math.log10(level)))[:_STARTS]:
        earlier = signal.earlier(start, baseline)
        if earlier is not None and not guardrail.departs(values[start], earlier):
            found = _departures(signal, baseline, (start, earlier), values)
            if found:
                return found
    return []


def _departures(
    signal: _Signal, baseline: Baseline, start: tuple[float, float], values: Mapping[float, float]
) -> list[Example]:
    """From a level, at which the baseline has the value beside it."""
    guardrail, (level, earlier) = signal.guardrail, start
    history = Phase(level, signal.history(baseline))
    bound = baseline.bound(earlier, guardrail.bad)

    def departs(value: float) -> bool:
        return guardrail.departs(value, earlier)

    place = list(values).index(level)
    up, down = list(values)[place:], list(values)[place::-1]
    turns = [*_turns(up, values, departs), *_turns(down, values, departs)]
    for near, far in sorted(turns, key=lambda turn: guardrail.crosses_limit(values[turn[1]])):
        levels = _nearer(signal, (near, far), departs, bound)
        pair = zip(
            ("is silent near its baseline", "fires once it left its baseline"),
            levels,
            (False, True),
            strict=True,
        )
        found = [
            signal.example(what, [history, Phase(to, signal.samples)], fires=fires)
            for what, to, fires in pair
        ]
        if all(found):
            return [one for some in found for one in some]
    return []


def _turns(
    levels: Sequence[float], values: Mapping[float, float], is_beyond: Callable[[float], bool]
) -> Iterator[tuple[float, float]]:
    """Neighbours of which one is beyond, after the one that is not."""
    for one, other in pairwise(levels):
        beyond = is_beyond(values[one]), is_beyond(values[other])
        if beyond[0] != beyond[1]:
            yield (other, one) if beyond[0] else (one, other)


def _nearer(
    signal: _Signal, levels: tuple[float, float], is_beyond: Callable[[float], bool], bound: float
) -> tuple[float, float]:
    """Both levels, with values nearer to the bound."""
    within, beyond = levels
    for _ in range(_BISECTIONS):
        # Not in the middle, in which round limits lie.
        between = within * (beyond / within) ** 0.45 if within and beyond else 0.45 * (within + beyond)
        between = float(f"{between:.6g}")
        value = signal.steady(between)
        if between in {within, beyond} or value is None or abs(value - bound) < _TOO_NEAR * abs(bound):
            break
        within, beyond = (within, between) if is_beyond(value) else (between, beyond)
        ends = (signal.steady(within), signal.steady(beyond))
        if all(end is not None and abs(end - bound) <= _NEAR * abs(bound) for end in ends):
            break
    return within, beyond
