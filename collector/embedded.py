"""The ``Querier`` that evaluates PromQL itself, on any source of samples."""

import time
from collections.abc import Callable, Sequence

from collector.errors import QueryError
from collector.labels import Labels
from collector.parts import in_parts
from collector.promql.asking import milliseconds, store_told
from collector.promql.engine import Engine
from collector.promql.limits import Limits
from collector.promql.parse import parse
from collector.promql.results import Answer, MatrixResult, samples_of
from collector.promql.syntax import Selector
from collector.promql.together import Together
from collector.series import Sample, SampleSource, Series


class EmbeddedQuerier:
    """Times are Unix seconds. Every method raises ``QueryError`` with Prometheus' kinds."""

    def __init__(
        self,
        source: SampleSource,
        limits: Limits | None = None,
        *,
        experimental: bool = False,
        delayed_names: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._engine = Engine(
            source, limits, experimental=experimental, delayed_names=delayed_names, monotonic=monotonic
        )

    def evaluate(
        self,
        query: str,
        at: float,
        timeout_seconds: float | None = None,
        *,
        lookback_seconds: float | None = None,
    ) -> Answer:
        """An instant query as the HTTP API answers it: typed, with warnings and infos."""
        with store_told():
            return self._engine.instant(
                query, milliseconds(at), timeout_seconds, lookback_seconds=lookback_seconds
            )

    def evaluate_range(
        self,
        query: str,
        start: float,
        end: float,
        step_seconds: float,
        timeout_seconds: float | None = None,
        *,
        lookback_seconds: float | None = None,
    ) -> Answer:
        """A range query as the HTTP API answers it: always a matrix."""
        with store_told():
            times = milliseconds(start), milliseconds(end), milliseconds(step_seconds)
            return self._engine.range(query, *times, timeout_seconds, lookback_seconds=lookback_seconds)

    def instant(self, query: str, at: float) -> list[Sample]:
        return samples_of(self.evaluate(query, at).result, at)

    def together(self) -> Together:
        """Asks the same queries again and again, many at one time."""
        return Together(self._engine, self._source)

    def range(self, query: str, start: float, end: float, step_seconds: float) -> list[Series]:
        def part(asked: str, first: float, last: float) -> list[Series]:
            result = self.evaluate_range(asked, first, last, step_seconds).result
            assert isinstance(result, MatrixResult)
            return [Series(points.labels, points.times_ms / 1000, points.values) for points in result.series]

        return in_parts(part, query, start, end, step_seconds)

    def series(self, matchers: Sequence[str], start: float, end: float) -> list[Labels]:
        found: dict[Labels, None] = {}
        for text in matchers:
            node = parse(text, size=self._engine.limits.size)
            if not isinstance(node, Selector):
                raise QueryError(f"parse error: {text!r} is no series selector")
            with store_told():
                groups = self._source.select(node.matchers, milliseconds(start), milliseconds(end))
            for group in groups:
                found |= dict.fromkeys(group.labels)
        return sorted(found, key=lambda labels: labels.pairs)
