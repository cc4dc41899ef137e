"""Writes samples of any Prometheus API as OpenMetrics text with timestamps, which ``import`` reads back."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TextIO

import numpy as np

from collector.api.encode import spell_time, spell_values
from collector.labels import METRIC_NAME, Labels, Matcher, MatchOp
from collector.series import Series

_WINDOW_SECONDS = 6 * 3600.0
_FEW_WINDOWS = 64

Progress = Callable[[int, int], None]


class RawSource(Protocol):
    """An engine that hands out samples as it keeps them."""

    def series(self, matchers: Sequence[str], start: float, end: float) -> list[Labels]:
        """Label sets of the series that any selector matches."""
        ...

    def raw(self, selector: str, start: float, end: float) -> list[Series]:
        """Samples in the closed interval."""
        ...


def _silent(_done: int, _windows: int) -> None:
    """Nobody looks on."""


def export(
    source: RawSource,
    matchers: Sequence[str],
    start: float,
    end: float,
    out: TextIO,
    *,
    progress: Progress = _silent,
) -> int:
    """Writes every sample in the closed interval, one metric after the other; returns how many there were.

    progress: is told after each request how many were answered, and of how many.
    """
    written = done = 0
    names = {labels.metric for labels in source.series(matchers, start, end)}
    start = _first_sample(source, matchers, start, end) if names else start
    windows = list(_windows(start, end))

    def answered() -> None:
        nonlocal done
        done += 1
        progress(done, len(windows) * len(names))

    for name in sorted(names):
        for labels, parts in _metric(source, matchers, name, windows, answered):
            written += _write_series(labels, parts, out)
    out.write("# EOF\n")
    return written


def _metric(
    source: RawSource,
    matchers: Sequence[str],
    name: str,
    windows: Sequence[tuple[float, float]],
    answered: Callable[[], None],
) -> Iterable[tuple[Labels, list[Series]]]:
    """The parts of each series of one metric, in the order of time."""
    found: dict[Labels, list[Series]] = defaultdict(list)
    for first, last in windows:
        seen: set[Labels] = set()
        for matcher in matchers:
            for series in source.raw(_narrowed(matcher, name), first, last):
                if series.labels.metric == name and series.labels not in seen:
                    seen.add(series.labels)
                    found[series.labels].append(series)
        answered()
    return sorted(found.items(), key=lambda item: item[0].pairs)


def _first_sample(source: RawSource, matchers: Sequence[str], start: float, end: float) -> float:
    """A time before the oldest sample, not long: from 1970 on there are 80,000 windows of nothing."""
    low, high = start, end
    while high - low > _WINDOW_SECONDS and end - start > _FEW_WINDOWS * _WINDOW_SECONDS:
        middle = (low + high) / 2
        if source.series(matchers, start, middle):
            high = middle
        else:
            low = middle
    return low


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
