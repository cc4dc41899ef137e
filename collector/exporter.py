"""Writes samples of any Prometheus API as OpenMetrics text with timestamps, which ``import`` reads back."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TextIO

import numpy as np

from collector.api.encode import spell_time, spell_values
from collector.labels import METRIC_NAME, Labels, Matcher, MatchOp
from collector.series import Series

_WINDOW_SECONDS = 6 * 3600.0


class RawSource(Protocol):
    """An engine that hands out samples as it keeps them."""

    def series(self, matchers: Sequence[str], start: float, end: float) -> list[Labels]:
        """Label sets of the series that any selector matches."""
        ...

    def raw(self, selector: str, start: float, end: float) -> list[Series]:
        """Samples in the closed interval."""
        ...


def export(source: RawSource, matchers: Sequence[str], start: float, end: float, out: TextIO) -> int:
    """Writes every sample in the closed interval, one metric after the other; returns how many there were."""
    written = 0
    names = {labels.metric for labels in source.series(matchers, start, end)}
    for name in sorted(names):
        for labels, parts in _metric(source, matchers, name, start, end):
            written += _write_series(labels, parts, out)
    out.write("# EOF\n")
    return written


def _metric(
    source: RawSource, matchers: Sequence[str], name: str, start: float, end: float
) -> Iterable[tuple[Labels, list[Series]]]:
    """The parts of each series of one metric, in the order of time."""
    found: dict[Labels, list[Series]] = defaultdict(list)
    for first, last in _windows(start, end):
        seen: set[Labels] = set()
        for matcher in matchers:
            for series in source.raw(_narrowed(matcher, name), first, last):
                if series.labels.metric == name and series.labels not in seen:
                    seen.add(series.labels)
                    found[series.labels].append(series)
    return sorted(found.items(), key=lambda item: item[0].pairs)


def _windows(start: float, end: float) -> Iterator[tuple[float, float]]:
    first = start
    while first <= end:
        last = min(first + _WINDOW_SECONDS, end)
        yield first, last
        first = last + 0.001


def _narrowed(selector: str, name: str) -> str:
    """The selector for one metric only; by a regex, as a second name beside one of its own is an error."""
    text = selector.strip()
    condition = str(Matcher(METRIC_NAME, MatchOp.REGEX, re.escape(name)))
    before, brace, inner = text.partition("{")
    if not brace:
        return text
    if before.strip():
        return text
    inner = inner.rstrip().removesuffix("}").strip().rstrip(",")
    return f"{{{condition},{inner}}}" if inner else f"{{{condition}}}"


def _write_series(labels: Labels, parts: Iterable[Series], out: TextIO) -> int:
    name = str(labels)
    written = 0
    for part in parts:
        times_ms = np.rint(part.times * 1000).astype(np.int64).tolist()
        samples = zip(spell_values(part.values), times_ms, strict=True)
        out.writelines(f"{name} {value} {spell_time(at)}\n" for value, at in samples)
        written += len(times_ms)
    return written
