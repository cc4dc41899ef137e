"""Functions of a range vector: one value for each series and window."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from collector.errors import QueryError
from collector.labels import Labels
from collector.promql import extrapolation, overtime, regression, rollup
from collector.promql.extrapolation import together
from collector.promql.functions.arguments import Arguments
from collector.promql.limits import Budget
from collector.promql.remembered import Remembered
from collector.promql.selectors import stacked
from collector.promql.value import Mask, Vector, checked_unique, vector, without_names
from collector.promql.windows import Windows
from collector.series import Values

_FUNCTIONS: dict[str, Callable[..., tuple[Values, Mask]]] = {
    "avg_over_time": overtime.avg_over_time,
    "changes": rollup.changes,
    "count_over_time": overtime.count_over_time,
    "deriv": regression.deriv,
    "double_exponential_smoothing": regression.double_exponential_smoothing,
    "idelta": rollup.idelta,
    "irate": rollup.irate,
    "last_over_time": overtime.last_over_time,
    "mad_over_time": overtime.mad_over_time,
    "max_over_time": overtime.max_over_time,
    "min_over_time": overtime.min_over_time,
    "predict_linear": regression.predict_linear,
    "present_over_time": overtime.present_over_time,
    "quantile_over_time": overtime.quantile_over_time,
    "resets": rollup.resets,
    "stddev_over_time": overtime.stddev_over_time,
    "stdvar_over_time": overtime.stdvar_over_time,
    "sum_over_time": overtime.sum_over_time,
}
_EXTRAPOLATED = frozenset({"delta", "increase", "rate"})
_FOR_COUNTERS = frozenset({"increase", "rate"})
_OF_EDGES = _EXTRAPOLATED | {"count_over_time", "last_over_time", "present_over_time"}
RANGE_FUNCTIONS = _EXTRAPOLATED | frozenset(_FUNCTIONS)


_LONG = frozenset(
    {
        "deriv", "double_exponential_smoothing", "mad_over_time", "predict_linear", "quantile_over_time",
        "stddev_over_time", "stdvar_over_time",
    }
)  # fmt: skip


def rolled_up(arguments: Arguments) -> Vector:
    """The call's function over every window; only last_over_time keeps the metric names."""
    name, scalars = arguments.call.name, arguments.scalars()
    if name == "quantile_over_time":
        arguments.steps.query.notes.check_quantiles(scalars[0])
    budget = arguments.steps.query.budget
    windows = _within(budget, arguments.windows(edges_only=name in _OF_EDGES))
    if name in _EXTRAPOLATED:
        parts = _extrapolated(name, windows)
    else:
        parts = _computed(name, windows, scalars, {"check_time": budget.check_time} if name in _LONG else {})
    out = stacked(parts, arguments.steps)
    if name in _FOR_COUNTERS:
        for metric in _metrics(out.labels):
            arguments.steps.query.notes.possible_non_counter(metric)
    if name != "last_over_time":
        out = without_names(out, delayed=arguments.steps.query.delayed_names)
    return checked_unique(out)


@Remembered
def _metrics(series: tuple[Labels, ...]) -> list[str]:
    return sorted({labels.metric for labels in series})


def _extrapolated(name: str, windows: Iterable[Windows]) -> Iterator[Vector]:
    counter = name in _FOR_COUNTERS
    for growth in together(rollup.growth(some, counter=counter) for some in windows):
        change = extrapolation.extrapolated(growth, counter=counter, per_second=name == "rate")
        yield vector(growth.labels, *change)


def _computed(
    name: str, windows: Iterable[Windows], scalars: list[Values], options: dict[str, Callable[[], None]]
) -> Iterator[Vector]:
    for some in windows:
        if name == "double_exponential_smoothing":
            _check_factors(scalars, some.counts > 0)
        yield vector(some.labels, *_FUNCTIONS[name](some, *scalars, **options))


def _within(budget: Budget, windows: Iterable[Windows]) -> Iterator[Windows]:
    """The windows, for as long as there is time and what is computed from them may be held."""
    for some in windows:
        budget.check_time()
        budget.spend(len(some.labels) * len(some.ends))
        yield some


def _check_factors(factors: list[Values], filled: Mask) -> None:
    """At the steps whose windows hold samples, as only there Prometheus calls the function."""
    _check_factor("smoothing", "sf", factors[0][filled])
    _check_factor("trend", "tf", factors[1][filled])


def _check_factor(kind: str, symbol: str, factors: Values) -> None:
    wrong = factors[(factors <= 0) | (factors >= 1)]
    if len(wrong):
        message = f"invalid {kind} factor. Expected: 0 < {symbol} < 1, got: {np.unique(wrong)[0]:f}"
        raise QueryError(message, kind="execution")
