"""Queries from text to answer: parse, check against the limits, evaluate, shape the result."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from collector.errors import QueryError
from collector.labels import METRIC_NAME, LabelSets
from collector.promql.context import BARE, QueryContext, Steps
from collector.promql.evaluate import evaluate, windows
from collector.promql.limits import Budget, Limits
from collector.promql.parse import parse
from collector.promql.results import (
    Answer,
    MatrixResult,
    Points,
    Result,
    ScalarResult,
    StringResult,
    VectorResult,
)
from collector.promql.syntax import Node, RangeSelector, String, Subquery, unwrapped
from collector.promql.value import Scalar, Text, Value, Vector, checked_unique, vector_of_scalar
from collector.series import Milliseconds, SampleSource

_PARSED_AT_MOST = 512
_LONGEST_KEPT = 4096  # a tree takes some fifty times the memory of its text


class Engine:
    """Evaluates queries on a source of samples. Safe to call from several threads.

    delayed_names: drop metric names only when a query ends, as Prometheus' feature flag of that name does.
    bare: the label sets of what is made of a scalar: one without labels, as long as queries are told apart.
    """

    def __init__(
        self,
        source: SampleSource,
        limits: Limits | None = None,
        *,
        experimental: bool = False,
        delayed_names: bool = False,
        bare: LabelSets = BARE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self.limits = limits or Limits()
        self._experimental = experimental
        self.delayed_names = delayed_names
        self._monotonic = monotonic
        self._bare = bare
        self._parsed: OrderedDict[str, Node] = OrderedDict()

    def over(self, source: SampleSource, bare: LabelSets) -> "Engine":
        """This engine on another source, and with other label sets for what ``vector`` makes."""
        return Engine(
            source,
            self.limits,
            experimental=self._experimental,
            delayed_names=self.delayed_names,
            bare=bare,
            monotonic=self._monotonic,
        )

    def instant(
        self,
        query: str | Node,
        time_ms: int,
        timeout_seconds: float | None = None,
        *,
        lookback_seconds: float | None = None,
    ) -> Answer:
        """timeout_seconds: less than the limit; lookback_seconds: other than it. Raises ``QueryError``."""
        node = self.parsed(query) if isinstance(query, str) else query
        times = np.array([time_ms], dtype=np.int64)
        steps = self._steps(times, timeout_seconds, lookback_seconds, time_ms, instant=True)
        with np.errstate(all="ignore"):
            if isinstance(unwrapped(node), (RangeSelector, Subquery)):
                result: Result = _raw_samples(node, steps)
            else:
                result = _at_instant(self._finished(evaluate(node, steps)), time_ms)
        return _answer(result, steps)

    def range(
        self,
        query: str | Node,
        start_ms: int,
        end_ms: int,
        step_ms: int,
        timeout_seconds: float | None = None,
        *,
        lookback_seconds: float | None = None,
    ) -> Answer:
        """A value at start, start + step, … up to end. Raises ``QueryError``."""
        times = self._range_times(start_ms, end_ms, step_ms)
        node = self.parsed(query) if isinstance(query, str) else query
        _check_range_type(node)
        steps = self._steps(times, timeout_seconds, lookback_seconds, end_ms, instant=False)
        with np.errstate(all="ignore"):
            result = _over_range(self._finished(evaluate(node, steps)), times)
        return _answer(result, steps)

    def _range_times(self, start_ms: int, end_ms: int, step_ms: int) -> Milliseconds:
        if end_ms < start_ms:
            raise QueryError('invalid parameter "end": end timestamp must not be before start time')
        if step_ms <= 0:
            raise QueryError(
                'invalid parameter "step": zero or negative query resolution step widths are not accepted. '
                "Try a positive integer"
            )
        if (end_ms - start_ms) // step_ms > self.limits.max_points:
            raise QueryError(
                f"exceeded maximum resolution of {self.limits.max_points:,} points per timeseries. "
                "Try decreasing the query resolution (?step=XX)"
            )
        return np.arange(start_ms, end_ms + 1, step_ms, dtype=np.int64)

    def _steps(
        self,
        times: Milliseconds,
        timeout_seconds: float | None,
        lookback_seconds: float | None,
        end_ms: int,
        *,
        instant: bool,
    ) -> Steps:
        """end_ms: as asked, which the last step need not reach: ``@ end()`` is there."""
        limits = replace(self.limits, lookback_seconds=lookback_seconds) if lookback_seconds else self.limits
        budget = Budget(limits, self._monotonic, timeout_seconds)
        query = QueryContext(
            self._source, limits, budget, int(times[0]), end_ms, self.delayed_names, self._bare
        )
        return Steps(query, times, instant)

    def parsed(self, query: str) -> Node:
        """Rules and dashboards ask the same again and again, so what was parsed is kept for a while."""
        node = self._parsed.get(query)
        if node is None:
            node = parse(query, size=self.limits.size, experimental=self._experimental)
            if len(query) > _LONGEST_KEPT:
                return node
            self._parsed[query] = node
            if len(self._parsed) > _PARSED_AT_MOST:
                self._parsed.popitem(last=False)
        return node

    def _finished(self, value: Value) -> Value:
        if not isinstance(value, Vector) or not value.unnamed.any():
            return value
        labels = tuple(
            labels.without(METRIC_NAME) if unnamed else labels
            for labels, unnamed in zip(value.labels, value.unnamed, strict=True)
        )
        return checked_unique(replace(value, labels=labels))


def _answer(result: Result, steps: Steps) -> Answer:
    query = steps.query
    return Answer(result, query.notes.warnings, query.notes.infos, query.budget.spent)


def _check_range_type(node: Node) -> None:
    inner = unwrapped(node)
    kinds = {String: "string", RangeSelector: "range vector", Subquery: "range vector"}
    kind = kinds.get(type(inner))
    if kind is not None:
        expected = "for range query, must be Scalar or instant Vector"
        raise QueryError(f'invalid expression type "{kind}" {expected}')


def _at_instant(value: Value, time_ms: int) -> Result:
    match value:
        case Scalar(values=values):
            return ScalarResult(time_ms, float(values[0]))
        case Text(value=text):
            return StringResult(time_ms, text)
        case Vector():
            present = checked_unique(value)
            return VectorResult(time_ms, present.labels, present.values[:, 0])


def _over_range(value: Value, times: Milliseconds) -> MatrixResult:
    if isinstance(value, Scalar):
        value = vector_of_scalar(value, BARE)
    assert isinstance(value, Vector)
    value = checked_unique(value)
    series = []
    for labels, values, present in zip(value.labels, value.values, value.present, strict=True):
        if present.all():
            series.append(Points(labels, times, values))
        else:
            series.append(Points(labels, times[present], values[present]))
    return MatrixResult(tuple(sorted(series, key=_order)))


def _raw_samples(node: Node, steps: Steps) -> MatrixResult:
    series = []
    for held in windows(node, steps, False):
        window = slice(int(held.first[0]), int(held.stop[0]))
        times = held.times[window]
        if len(times):
            rows = zip(held.labels, held.values[:, window], strict=True)
            series += [Points(labels, times, values) for labels, values in rows]
    return MatrixResult(tuple(sorted(series, key=_order)))


def _order(points: Points) -> tuple[tuple[str, str], ...]:
    return points.labels.pairs
