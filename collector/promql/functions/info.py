"""info(): copies labels from info series (target_info) to the series that share their job and instance."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from collector.errors import QueryError
from collector.labels import METRIC_NAME, Labels, Matcher, MatchOp, matches_all
from collector.promql.functions.arguments import Arguments
from collector.promql.selectors import instant_vector, sample_times
from collector.promql.syntax import Selector, unwrapped
from collector.promql.value import Indices, Mask, Vector, merged

_IDENTIFYING = ("instance", "job")
_DEFAULT_NAME = Matcher(METRIC_NAME, MatchOp.EQUAL, "target_info")
_Wanted = Mapping[str, Sequence[Matcher]]
_Row = tuple[int, Labels, Mask]


def info(arguments: Arguments) -> Vector:
    """The series of the first argument with the data labels that the second one names (else with all).

    A series that no info series describes stays as it is, unless the second argument demands a label of it.
    """
    base = arguments.vector(0)
    names, wanted = _matchers(arguments)
    selector = Selector((*names, *(matcher for matchers in wanted.values() for matcher in matchers)))
    described = instant_vector(selector, arguments.steps)
    choices = _newest(described, sample_times(selector, arguments.steps))
    rows: list[_Row] = []
    for row, labels in enumerate(base.labels):
        is_info = matches_all(names, labels)
        chosen = [] if is_info else choices.get(labels.only(*_IDENTIFYING), [])
        rows += _enriched(row, base, chosen, described.labels, {} if is_info else wanted)
    return merged(_assembled(base, rows).inhabited())


def _matchers(arguments: Arguments) -> tuple[Sequence[Matcher], _Wanted]:
    """Those of the info series' name, and those of their data labels by label."""
    wanted: dict[str, list[Matcher]] = defaultdict(list)
    if len(arguments) > 1:
        selector = unwrapped(arguments.call.args[1])
        if not isinstance(selector, Selector):
            raise QueryError("info(): expected label matchers as the second argument", kind="execution")
        for matcher in selector.matchers:
            wanted[matcher.name].append(matcher)
    return wanted.pop(METRIC_NAME, [_DEFAULT_NAME]), wanted


def _newest(described: Vector, seconds: Vector) -> dict[Labels, list[Indices]]:
    """For each job and instance, and each info metric: (t,) the row with the newest sample, or −1."""
    rows_of: dict[tuple[Labels, str], list[int]] = defaultdict(list)
    for row, labels in enumerate(described.labels):
        rows_of[labels.only(*_IDENTIFYING), labels.metric].append(row)
    choices: dict[Labels, list[Indices]] = defaultdict(list)
    for (key, metric), rows in rows_of.items():
        times = np.where(described.present[rows], seconds.values[rows], -np.inf)
        latest = times.max(axis=0)
        if ((times == latest) & described.present[rows]).sum(axis=0).max() > 1:
            raise QueryError(f"found duplicate series for info metric {metric}", kind="execution")
        choices[key].append(np.where(np.isfinite(latest), np.array(rows)[times.argmax(axis=0)], -1))
    return choices


def _enriched(
    row: int, base: Vector, chosen: Sequence[Indices], described: Sequence[Labels], wanted: _Wanted
) -> Iterator[_Row]:
    """The base series once for each combination of info series that it meets, present where it meets them."""
    table = np.array(chosen, dtype=np.intp).reshape(len(chosen), base.values.shape[1])
    for combination in np.unique(table, axis=1).T if len(chosen) else np.empty((1, 0), dtype=np.intp):
        labels = _combined(base.labels[row], [described[i] for i in combination if i >= 0], wanted)
        if labels is not None:
            yield row, labels, base.present[row] & (table == combination[:, None]).all(axis=0)


def _combined(base: Labels, infos: Iterable[Labels], wanted: _Wanted) -> Labels | None:
    added: dict[str, str] = {}
    for labels in infos:
        for name, value in labels.items():
            if name == METRIC_NAME or (wanted and name not in wanted):
                continue
            if added.setdefault(name, value) != value:
                raise QueryError(f"conflicting label: {name}", kind="execution")
    added = {name: value for name, value in added.items() if name not in base}
    demanded = any(not matcher.matches("") for matchers in wanted.values() for matcher in matchers)
    return None if demanded and not added else base.merged(added)


def _assembled(base: Vector, rows: Sequence[_Row]) -> Vector:
    picked = base.rows(np.array([row for row, _, _ in rows], dtype=np.intp))
    present = np.array([present for _, _, present in rows], dtype=bool).reshape(picked.present.shape)
    return Vector(tuple(labels for _, labels, _ in rows), picked.values, present, picked.unnamed)
