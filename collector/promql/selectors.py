"""Selectors and subqueries: from stored samples to instant vectors and windows."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from collector.labels import Matcher, stoppable
from collector.promql.context import Steps
from collector.promql.places import places_after
from collector.promql.syntax import Node, RangeSelector, Selector, Subquery
from collector.promql.value import Vector, all_present, empty_vector, vector
from collector.promql.windows import Windows, groups_of, take_columns, windows_of
from collector.series import Milliseconds, SeriesGroup, Values, is_stale


def instant_vector(selector: Selector, steps: Steps) -> Vector:
    """The newest sample of each series within the lookback; a staleness marker hides what came before it."""
    return _latest(selector, steps, lambda group, columns: take_columns(group.values, columns))


def sample_times(selector: Selector, steps: Steps) -> Vector:
    """As ``instant_vector``, with the times of the samples (Unix seconds) for values."""

    def seconds(group: SeriesGroup, columns: Milliseconds) -> Values:
        return np.broadcast_to(group.times[columns] / 1000, (len(group.labels), len(columns)))

    return _latest(selector, steps, seconds)


def _latest(selector: Selector, steps: Steps, pick: Callable[[SeriesGroup, Milliseconds], Values]) -> Vector:
    references = steps.references(selector.offset_ms, selector.at)
    lookback = steps.query.lookback_ms
    parts = []
    for group in selected(selector.matchers, steps, references, lookback):
        steps.query.budget.spend(len(group.labels) * len(references))
        newest = places_after(group.times, references) - 1
        columns = np.maximum(newest, 0)
        fresh = (newest >= 0) & (group.times[columns] > references - lookback)
        present = fresh & ~is_stale(take_columns(group.values, columns))
        parts.append(vector(group.labels, pick(group, columns), present))
    return stacked(parts, steps)


def stacked(parts: Iterable[Vector], steps: Steps) -> Vector:
    """One vector of all the series that have a value at any step."""
    parts = [part for part in (part.inhabited() for part in parts) if part.labels]
    if not parts:
        return empty_vector(len(steps.times))
    if len(parts) == 1:
        return parts[0]
    return vector(
        tuple(labels for part in parts for labels in part.labels),
        np.concatenate([part.values for part in parts]),
        all_present([part.present for part in parts]),
    )


def selected(
    matchers: Sequence[Matcher],
    steps: Steps,
    references: Milliseconds,
    range_ms: int,
    cuts: Milliseconds | None = None,
) -> Iterator[SeriesGroup]:
    """Stored samples in (first reference − range, last reference]; ``cuts`` as in ``SampleSource.select``."""
    first, last = int(references[0]), int(references[-1])
    matchers = stoppable(matchers, steps.query.budget.check_time)
    for group in steps.query.source.select(matchers, first - range_ms + 1, last, cuts):
        steps.query.budget.spend(group.values.size)
        steps.query.budget.check_time()
        if len(group.times):
            yield group


def range_windows(node: RangeSelector, steps: Steps, *, edges_only: bool) -> Iterator[Windows]:
    """The windows of a range selector. edges_only: samples far from every edge may be missing."""
    selector = node.selector
    references = steps.references(selector.offset_ms, selector.at)
    # Two sorted runs, which a stable sort merges.
    edges = np.concatenate([references - node.range_ms, references]) if edges_only else None
    cuts = None if edges is None else np.sort(edges, kind="stable")
    groups = selected(selector.matchers, steps, references, node.range_ms, cuts)
    return windows_of(groups, references, node.range_ms, steps.times)


def subquery_windows(
    node: Subquery, steps: Steps, evaluate: Callable[[Node, Steps], Vector]
) -> Iterator[Windows]:
    """The windows of a subquery over what its inner expression answers."""
    references = steps.references(node.offset_ms, node.at)
    inner = subquery_steps(node, steps, references)
    groups: Iterable[SeriesGroup] = ()
    if len(inner.times):
        groups = groups_of(evaluate(node.expr, inner), inner.times)
    return windows_of(groups, references, node.range_ms, steps.times)


def subquery_steps(node: Subquery, steps: Steps, references: Milliseconds) -> Steps:
    """The inner steps: multiples of the subquery's step, whatever the outer ones are."""
    step = node.step_ms or round(steps.query.limits.subquery_step_seconds * 1000)
    first = (int(references[0]) - node.range_ms) // step + 1
    last = int(references[-1]) // step
    steps.query.budget.spend(max(0, last - first + 1))
    times = np.arange(first, last + 1, dtype=np.int64) * step
    return Steps(steps.query, times, instant=False)
