"""Series that a guardrail's query reads, made up so that its signal goes through given levels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from alerts.sample_series import labels_for
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import Call, Node, Selector, children
from collector.series import Values

_COUNTED = {"rate", "increase", "irate"}
_OF_BUCKETS = {"histogram_quantile"}
_BUCKET = "le"
_BUCKET_SHARE = 0.9  # of a bucket's bound: that of the one below it, in which nothing is observed


class Kind(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    BUCKETS = "buckets"


@dataclass(frozen=True)
class Source:
    """The series of one selector. A level is what a counter counts in a second, or what is observed."""

    labels: Labels
    kind: Kind


@dataclass(frozen=True)
class Phase:
    """So many samples at a level."""

    level: float
    samples: int


@dataclass(frozen=True)
class Made:
    """A series: by phases its first value, its step from sample to sample, and how many there are."""

    labels: Labels
    runs: tuple[tuple[float, float, int], ...]

    def notation(self) -> str:
        """In the notation of promtool's ``input_series``."""
        return " ".join(
            f"{_plain(first)}+{_plain(step)}x{count - 1}" if step else f"{_plain(first)}x{count - 1}"
            for first, step, count in self.runs
        )

    def values(self) -> Values:
        return np.concatenate([first + step * np.arange(count) for first, step, count in self.runs])


def sources_of(query: str) -> tuple[Source, ...]:
    """One of each selector; none where a selector names no series that could be made up for it."""
    found = list(dict.fromkeys(_sources(parse(query, size=QuerySize()), None, in_buckets=False)))
    return () if None in found else tuple(one for one in found if one is not None)


def _sources(node: Node, caller: str | None, *, in_buckets: bool) -> Iterator[Source | None]:
    if isinstance(node, Selector):
        labels = labels_for(node)
        if labels is None:
            yield None
        elif caller not in _COUNTED:
            yield Source(labels, Kind.GAUGE)
        else:
            is_bucket = in_buckets and not labels.get(_BUCKET)
            yield Source(labels, Kind.BUCKETS if is_bucket else Kind.COUNTER)
        return
    if isinstance(node, Call):
        caller, in_buckets = node.name, in_buckets or node.name in _OF_BUCKETS
    for child in children(node):
        yield from _sources(child, caller, in_buckets=in_buckets)


def made(source: Source, phases: Sequence[Phase], step_seconds: float) -> list[Made]:
    """The series of a source that goes through these phases, a sample each ``step_seconds``."""
    match source.kind:
        case Kind.GAUGE:
            return [Made(source.labels, tuple((phase.level, 0.0, phase.samples) for phase in phases))]
        case Kind.COUNTER:
            steps = [phase.level * step_seconds for phase in phases]
            return [Made(source.labels, _sample_runs(steps, phases))]
    levels = {phase.level for phase in phases}
    bounds = sorted({bound for level in levels for bound in (_BUCKET_SHARE * level, level)})
    return [
        Made(
            source.labels.merged({_BUCKET: "+Inf" if bound == np.inf else _plain(bound)}),
            _sample_runs([step_seconds if bound >= phase.level else 0.0 for phase in phases], phases),
        )
        for bound in (*bounds, np.inf)
    ]


def _sample_runs(steps: Sequence[float], phases: Sequence[Phase]) -> tuple[tuple[float, float, int], ...]:
    runs: list[tuple[float, float, int]] = []
    last = 0.0
    for step, phase in zip(steps, phases, strict=True):
        runs.append((last + step if runs else 0.0, step, phase.samples))
        last = runs[-1][0] + step * (phase.samples - 1)
    return tuple(runs)


def stored(series: Sequence[Made], step_seconds: float) -> MemoryStore:
    """The series from the time 0 on."""
    store = MemoryStore()
    for one in series:
        values = one.values()
        times = np.arange(len(values), dtype=np.int64) * round(step_seconds * 1000)
        store.append_column(one.labels, times, values)
    return store


def _plain(value: float) -> str:
    """Without an exponent, which the notation takes for a step."""
    return np.format_float_positional(float(f"{value:.12g}"), trim="-")
