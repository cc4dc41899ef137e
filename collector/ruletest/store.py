"""What the queries of a rule test see: its series up to now, and what its rules wrote."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from collector.labels import Labels
from collector.memory import MemoryStore
from collector.series import STALE_NAN, Sample
from collector.series_notation import Run, expand


@dataclass
class _Waiting:
    """A sample whose time has not come, and those after it."""

    labels: Labels
    time_ms: int
    value: float
    later: Iterator[tuple[int, float]]


class RuleTestStore:
    """Takes samples as Prometheus' store does: a series goes forward in time, with one value at a time."""

    def __init__(self, series: Mapping[Labels, Sequence[Run]], interval_seconds: float) -> None:
        self.samples = MemoryStore()
        self.refused: dict[str, str] = {}
        self._newest: dict[Labels, tuple[int, bytes]] = {}
        self._waiting: list[_Waiting] = []
        step_ms = round(interval_seconds * 1000)
        for labels, runs in series.items():
            self._await(labels, _timed(runs, step_ms))

    def load_until(self, at: float) -> None:
        """Shows queries the series' samples up to ``at``."""
        limit_ms = round(at * 1000)
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if one.time_ms > limit_ms:
                self._waiting.append(one)
                continue
            self._put(one.labels, one.time_ms, one.value)
            for time_ms, value in one.later:
                if time_ms > limit_ms:
                    self._waiting.append(_Waiting(one.labels, time_ms, value, one.later))
                    break
                self._put(one.labels, time_ms, value)

    def append(self, stream: str, at: float, samples: Sequence[Sample]) -> None:
        """Keeps what rules wrote; ``refused`` says of which metric a sample was not taken, and why.

        The end of a series is no sample: where there is one already, it goes without.
        """
        time_ms = round(at * 1000)
        for sample in samples:
            reason = self._why_not(sample.labels, time_ms, _bits(sample.value))
            if not reason:
                self._put(sample.labels, time_ms, sample.value)
            elif _bits(sample.value) != _bits(STALE_NAN):
                self.refused[sample.labels.metric] = reason

    def _await(self, labels: Labels, later: Iterator[tuple[int, float]]) -> None:
        for time_ms, value in later:
            self._waiting.append(_Waiting(labels, time_ms, value, later))
            return

    def _why_not(self, labels: Labels, time_ms: int, bits: bytes) -> str:
        newest_ms, newest_bits = self._newest.get(labels, (-1, b""))
        if time_ms < newest_ms:
            return "out of order sample"
        return "duplicate sample for timestamp" if time_ms == newest_ms and bits != newest_bits else ""

    def _put(self, labels: Labels, time_ms: int, value: float) -> None:
        self._newest[labels] = time_ms, _bits(value)
        self.samples.append(labels, time_ms, value)


def _timed(runs: Sequence[Run], step_ms: int) -> Iterator[tuple[int, float]]:
    return ((n * step_ms, value) for n, value in enumerate(expand(runs)) if value is not None)


def _bits(value: float) -> bytes:
    return struct.pack("<d", value)
