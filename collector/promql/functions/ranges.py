"""Functions of a range vector: one value for each series and window."""

from collections.abc import Callable

import numpy as np

from collector.errors import QueryError
from collector.promql import overtime, regression, rollup
from collector.promql.functions.arguments import Arguments
from collector.promql.selectors import stacked
from collector.promql.value import Mask, Vector, checked_unique, vector, without_names
from collector.series import Values

_FUNCTIONS: dict[str, Callable[..., tuple[Values, Mask]]] = {
    "avg_over_time": overtime.avg_over_time,
    "changes": rollup.changes,
    "count_over_time": overtime.count_over_time,
    "delta": rollup.delta,
    "deriv": regression.deriv,
    "double_exponential_smoothing": regression.double_exponential_smoothing,
    "idelta": rollup.idelta,
    "increase": rollup.increase,
    "irate": rollup.irate,
    "last_over_time": overtime.last_over_time,
    "mad_over_time": overtime.mad_over_time,
    "max_over_time": overtime.max_over_time,
    "min_over_time": overtime.min_over_time,
    "predict_linear": regression.predict_linear,
    "present_over_time": overtime.present_over_time,
    "quantile_over_time": overtime.quantile_over_time,
    "rate": rollup.rate,
    "resets": rollup.resets,
    "stddev_over_time": overtime.stddev_over_time,
    "stdvar_over_time": overtime.stdvar_over_time,
    "sum_over_time": overtime.sum_over_time,
}
RANGE_FUNCTIONS = frozenset(_FUNCTIONS)
_FOR_COUNTERS = frozenset({"rate", "increase"})
_OF_EDGES = frozenset({"count_over_time", "delta", "increase", "last_over_time", "present_over_time", "rate"})


def rolled_up(arguments: Arguments) -> Vector:
    """The call's function over every window; only last_over_time keeps the metric names."""
    name, scalars = arguments.call.name, arguments.scalars()
    if name == "quantile_over_time":
        arguments.steps.query.notes.check_quantiles(scalars[0])
    parts = []
    for windows in arguments.windows(edges_only=name in _OF_EDGES):
        if name == "double_exponential_smoothing":
            _check_factors(scalars, windows.counts > 0)
        part = vector(windows.labels, *_FUNCTIONS[name](windows, *scalars)).inhabited()
        if name in _FOR_COUNTERS:
            for metric in sorted({labels.metric for labels in part.labels}):
                arguments.steps.query.notes.possible_non_counter(metric)
        parts.append(part)
    out = stacked(parts, arguments.steps)
    if name != "last_over_time":
        out = without_names(out, delayed=arguments.steps.query.delayed_names)
    return checked_unique(out)


def _check_factors(factors: list[Values], filled: Mask) -> None:
    """At the steps whose windows hold samples, as only there Prometheus calls the function."""
    _check_factor("smoothing", "sf", factors[0][filled])
    _check_factor("trend", "tf", factors[1][filled])


def _check_factor(kind: str, symbol: str, factors: Values) -> None:
    wrong = factors[(factors <= 0) | (factors >= 1)]
    if len(wrong):
        message = f"invalid {kind} factor. Expected: 0 < {symbol} < 1, got: {np.unique(wrong)[0]:f}"
        raise QueryError(message, kind="execution")
